"""A backend's bytes into deltas, tolerantly (protocol §5.4): a stream, or a body of JSON where a stream was asked for.

Everything a backend sends is untrusted: lines, the whole and the depth are bounded, and what cannot be read is a
`BackendFailure`, never another exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.profiles import BackendProfile
from conversion.reply import alike, documents, usual_chunk
from conversion.reply.chunks import ChunkReader
from conversion.reply.deltas import CallFragment, CallFragments, Delta, End, Reasoning, Text, Texts, Thought
from conversion.reply.echoes import Echoes
from conversion.reply.frames import ErrorFrame, FrameReader
from conversion.reply.halves import Halves
from conversion.reply.think_tags import ThinkTags

LONGEST_ANSWER = 64 << 20

_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"data", b"event", b"id", b"retry", b":")

_LESSONS = 4
"""How many chunks in a row may be looked at closely without another one that is like them."""

INVALID = "The backend sent an invalid response"

Said = Delta | Notice


class Reader:
    """The state of one answer's reading."""

    def __init__(self, profile: BackendProfile, failure: Callable[[object], BackendFailure]) -> None:
        self._failure = failure
        self._frames = FrameReader()
        self._chunks = ChunkReader(failure)
        self._text = Echoes(cumulative=profile.cumulative)
        self._reasoning = Echoes(cumulative=profile.cumulative)
        self._tags = None if profile.think_tags == "off" else ThinkTags(implicit=profile.think_tags == "implicit")
        self._beginning: bytes | None = b""  # what is not known yet to be a stream; None once it is
        self._halves = Halves()
        self._body: list[bytes] = []
        self._length = 0
        self._last: Delta | None = None  # what the frame before said, if that was one of the usual things
        self._around: alike.Frame | None = None  # what stood around its string
        self._goes_on = False  # nothing is open: a read that is the same frame with another string says more of that
        self._lessons = _LESSONS
        self._understood = False
        self._ended = False

    def feed(self, data: bytes) -> Iterable[Said]:
        """What these bytes say."""
        self._length += len(data)
        if self._length > LONGEST_ANSWER:
            raise BackendFailure("The backend's response is larger than 64 MiB")
        if self._goes_on and (said := self._more(data)) is not None:
            return said
        self._goes_on = False
        if self._beginning is not None:
            data = self._begin(self._beginning + data)
        if self._body:
            self._body.append(data)
            return ()
        return self._read_frames(self._frames.feed(data))

    def end(self) -> Iterable[Said]:
        """What is left when the backend has closed its side."""
        if self._body or self._beginning:
            yield from self.read_whole(b"".join([self._beginning or b"", *self._body]))
            return
        yield from self._read_frames(self._frames.end())
        yield from self._released()
        if not self._understood:
            raise BackendFailure("The backend sent no response" if not self._length else INVALID)

    def read_whole(self, body: bytes) -> Iterator[Said]:
        """A whole completion, or a stream that was sent where none was asked for."""
        body = body.removeprefix(_BOM).lstrip()
        if body.startswith(_FIELDS):
            self._beginning = None
            yield from self.feed(body)
            yield from self.end()
            return
        if len(body) > LONGEST_ANSWER:
            raise BackendFailure("The backend's response is larger than 64 MiB")
        try:
            document = documents.decode(body)
        except documents.NotJson:
            raise BackendFailure(INVALID) from None
        yield from self._read_answer(document)

    def _read_answer(self, document: object) -> Iterator[Said]:
        """A whole completion."""
        for said in ChunkReader(self._failure, whole=True).read(document):
            yield from self._refined(said)
        yield from self._released()
        yield End()

    def _begin(self, data: bytes) -> bytes:
        """Find out by the first character what this is: events, or a document."""
        begun = data.removeprefix(_BOM).lstrip()
        if not begun or _BOM.startswith(data):
            self._beginning = data
            return b""
        self._beginning = None
        if begun[:1] in (b"{", b"[", b"<"):
            self._body.append(b"")
        return begun

    def _more(self, data: bytes) -> tuple[Said, ...] | None:
        """The shortcut for reads of one chunk that is like the one before; None for all others."""
        text = self._around.string(data) if self._around is not None else None
        if text is None:
            return None
        match self._last:
            case Text() if self._tags is None:
                self._lessons = _LESSONS
                return (Text(fresh),) if (fresh := self._text.fresh(text)) else ()
            case CallFragment(index=index) if self._tags is None or not self._tags.holds:
                self._lessons = _LESSONS
                return (CallFragment(index, arguments=text),)
        return None

    def _learn(self, payload: bytes) -> None:
        """Remember what stands around the string of a chunk, unless nothing was like the last few."""
        if not isinstance(self._last, Text | CallFragment) or not self._frames.at_rest:
            return
        if self._around is None or self._around.string(b"data: %b\n\n" % payload) is None:
            if not self._lessons or b"\n" in payload:
                return
            self._lessons -= 1
            around = alike.frame(payload, self._last)
            self._around = around and alike.Frame(b"data: " + around.head, around.tail + b"\n\n")
        self._goes_on = self._around is not None

    def _read_frames(self, frames: list[bytes]) -> Iterator[Said]:
        place = 0
        while place < len(frames) and not self._ended:
            delta = self._read_run(frames[place:]) if self._last is not None and len(frames) - place > 1 else None
            if delta is not None:
                place += len(delta.parts)
                yield delta
                continue
            frame = frames[place]
            place += 1
            self._last = usual = self._read_usual(frame)
            if usual is None:
                yield from self._read_frame(frame)
                continue
            self._understood = True
            if self._tags is None and type(usual) is Text:  # most of all streams: without a detour
                if text := self._text.fresh(usual.text):
                    yield usual if text is usual.text else Text(text)
            else:
                yield from self._refined(usual)
        if frames and not self._ended:
            self._learn(frames[-1])

    def _read_run(self, frames: list[bytes]) -> Texts | CallFragments | None:
        """The first of these frames in one piece, where they say more of what was said last; None where they do not."""
        match self._last:
            case Text() if self._tags is None:
                texts = alike.texts(frames) or usual_chunk.text_run(frames)
                return Texts(texts) if texts and self._text.passes(texts) else None
            case CallFragment(index=index) if self._tags is None or not self._tags.holds:
                parts = alike.arguments(frames, index) or usual_chunk.argument_run(frames, index)
                return CallFragments(index, parts) if parts else None
        return None

    def _read_frame(self, frame: bytes) -> Iterator[Said]:
        """A frame of any shape."""
        if frame.strip() == b"[DONE]":
            self._ended = self._understood = True
            yield from self._released()
            yield End()
            return
        if not frame.strip():
            return
        try:
            document = documents.decode(self._halves.joined(frame))
        except documents.NotJson:
            yield Notice("chunk_unreadable", "A chunk of the stream was no JSON")
            return
        if isinstance(frame, ErrorFrame):
            raise self._failure(document)
        self._understood = True
        yield from self._read_chunk(document)

    def _read_usual(self, frame: bytes) -> Delta | None:
        """The shortcut for frames that say one thing; None for all others."""
        return usual_chunk.read(frame)

    def _read_chunk(self, document: object) -> Iterator[Said]:
        """A chunk of any shape."""
        for said in self._chunks.read(document):
            yield from self._refined(said, last=self._chunks.finishing)

    def _refined(self, said: Said, *, last: bool = False) -> Iterable[Said]:
        """The delta without what was said before, and text without the reasoning that stands in it."""
        match said:
            case Text():
                text = self._text.fresh(said.text, last=last)
                if self._tags is not None:
                    return self._untagged(self._tags.feed(text))
                return (Text(text),) if text else ()
            case Reasoning():
                text = self._reasoning.fresh(said.text, last=last)
                return (*self._without_tags(), Reasoning(text)) if text else ()
            case CallFragment() if self._tags is not None:
                return (*self._tags.end(), said)
            case Thought():
                return (Reasoning(said.text),) if self._tags is None else self._tags.thought(said.text)
        return (said,)

    def _untagged(self, pieces: list[Text | Reasoning]) -> list[Text | Reasoning]:
        if self._tags is not None and self._tags.passed:
            self._tags = None
        return pieces

    def _without_tags(self) -> list[Text | Reasoning]:
        """A backend that has a field for reasoning writes no tags; what looks like one is text."""
        if self._tags is None or self._tags.begun:
            return []
        held, self._tags = self._tags.end(), None
        return held

    def _released(self) -> Iterator[Said]:
        """What was held, at the end."""
        for held, kind in ((self._reasoning.held(), Reasoning), (self._text.held(), Text)):
            if held:
                yield from self._refined(kind(held))
        if self._tags is not None:
            yield from self._tags.end()
