"""One reply, from a backend's bytes to the events of a Message: the public face of this package.

    translation = Translation(terms, destination, secret=…, message_id=…, new_suffix=…)
    events = translation.feed(data)     # again and again, then
    events = translation.end()          # or lose(failure) where it broke off, or feed_whole(body) for no stream at all

It never raises over what a backend sends: `failure` is set instead, and the events that came before it are returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from conversion.destination import Destination
from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.reply.backend_errors import stream_failure
from conversion.reply.call_markup import PARSERS
from conversion.reply.deltas import End, Finish, Text
from conversion.reply.events import Event, StopReason
from conversion.reply.message_stream import MessageStream
from conversion.reply.reader import INVALID, Reader, Said
from conversion.reply.responses_reader import ResponsesReader
from conversion.reply.written_calls import WrittenCalls, calls_anyhow
from conversion.terms import ReplyTerms
from conversion.usage import Usage

Source = TypeVar("Source")


class Translation:
    """The state of one reply."""

    def __init__(
        self,
        terms: ReplyTerms,
        destination: Destination,
        *,
        secret: bytes,
        message_id: str,
        new_suffix: Callable[[], str],
    ) -> None:
        reader = ResponsesReader if destination.profile.wire == "responses" else Reader
        self._reader = reader(
            destination.profile, lambda document: stream_failure(document, terms=terms, destination=destination)
        )
        self._stream = MessageStream(terms, destination, secret=secret, message_id=message_id, new_suffix=new_suffix)
        self._terms = terms
        self._written = WrittenCalls(PARSERS[destination.profile.tool_call_parser], terms)
        self.failure: BackendFailure | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes of a streamed reply make."""
        return self._take(self._reader.feed, data)

    def end(self) -> list[Event]:
        """The last events, when the backend has closed its side in order."""
        return self._take(Reader.end, self._reader) + self._close(clean=True)

    def lose(self, failure: BackendFailure) -> list[Event]:
        """The last events, when the connection broke or fell silent: `failure` is set, unless all was said by then."""
        events = self._close(clean=False)
        if self.failure is not None:
            self.failure = failure
        return events

    def feed_whole(self, body: bytes) -> list[Event]:
        """The events of a reply that came in one piece."""
        return self._take(self._reader.read_whole, body) + self._close(clean=True)

    def refuse(self, explanation: str) -> list[Event]:
        """A whole Message that says no, for a prompt that the backend's content filter refused."""
        self.failure = None
        self._stream.end_refused(explanation)
        return self._stream.blocks.taken()

    def salvage(self, text: str, *, as_text: bool) -> list[Event]:
        """A whole Message of what a backend could not read as calls; without events where no call is found in it.

        `as_text`: it is then a Message of that text.
        """
        said = calls_anyhow(text, self._terms) or ([Text(text)] if as_text else [])
        for delta in (*said, Finish("stop"), End()) if said else ():
            self._stream.add(delta)
        return self._stream.blocks.taken()

    def nothing(self) -> list[Event]:
        """A whole Message without content, for a request that wants nothing generated."""
        self._stream.end_empty()
        return self._stream.blocks.taken()

    @property
    def started(self) -> bool:
        """`message_start` was produced."""
        return self._stream.blocks.started

    @property
    def opened(self) -> bool:
        """Some content block was started."""
        return self._stream.blocks.count > 0

    @property
    def finishing(self) -> bool:
        """The backend said why it ends; only usage can be missing, and is not worth a long wait."""
        return self._stream.ending.finish is not None

    @property
    def finished(self) -> bool:
        """`message_stop` was produced."""
        return self._stream.blocks.ended

    @property
    def cancel_upstream(self) -> bool:
        """The rest of the backend's answer is not wanted: a stop sequence was found, or the model runs in circles."""
        return self._stream.stopped

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the message ended, once it has."""
        return self._stream.stop_reason

    @property
    def usage(self) -> Usage:
        """Usage as known now, estimated where the backend reports none."""
        return self._stream.tally.usage

    @property
    def output_estimate(self) -> int:
        """Output tokens so far, roughly."""
        return self._stream.tally.output_estimate

    @property
    def notices(self) -> list[Notice]:
        """What was lost or repaired, each kind with its first detail."""
        return list({notice.code: notice for notice in reversed(self._stream.notices)}.values())

    @property
    def kept(self) -> Mapping[str, str]:
        """Reasoning states to keep, by the keys that the next turn will tell (`conversion.request.kept_states`)."""
        return self._stream.kept

    def _take(self, read: Callable[[Source], Iterable[Said]], source: Source) -> list[Event]:
        """The events of what is read, up to the end of the message or the first failure."""
        stream = self._stream
        if self.failure is not None or stream.blocks.ended:
            return []
        try:
            add = self._add if self._written.watching else stream.add
            for delta in read(source):
                add(delta)
        except BackendFailure as failure:
            self._fail(failure)
        except RecursionError:
            self._fail(BackendFailure(INVALID))
        return stream.blocks.taken()

    def _add(self, said: Said) -> None:
        for each in self._written.feed(said):
            self._stream.add(each)

    def _close(self, *, clean: bool) -> list[Event]:
        try:
            if self.failure is None:
                for held in self._written.end():
                    self._stream.add(held)
                self._stream.end_connection(clean=clean)
        except BackendFailure as failure:
            self.failure = failure
        return self._stream.blocks.taken()

    def _fail(self, failure: BackendFailure) -> None:
        """Objections to the content end the message with a refusal, where no call would be completed by that."""
        if self.finished:
            return
        if failure.explanation is None or not self._stream.end_refused(failure.explanation):
            self.failure = failure
