"""A backend's bytes into deltas where it was asked through the Responses API: the same tolerance, other documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from conversion.errors import BackendFailure
from conversion.profiles import BackendProfile
from conversion.reply.deltas import Delta, End
from conversion.reply.reader import Reader, Said
from conversion.reply.responses_events import ResponsesEvents


class ResponsesReader(Reader):
    """The state of one answer's reading; reasoning has items of its own here, so that no tags are looked for."""

    def __init__(self, profile: BackendProfile, failure: Callable[[object], BackendFailure]) -> None:
        super().__init__(replace(profile, think_tags="off", cumulative=False), failure)
        self._events = ResponsesEvents(failure)

    def _read_usual(self, frame: bytes) -> Delta | None:
        return None

    def _read_chunk(self, document: object) -> Iterator[Said]:
        for said in self._events.read_event(document):
            self._ended = self._ended or isinstance(said, End)
            yield said

    def _read_answer(self, document: object) -> Iterator[Said]:
        yield from self._events.read_whole(document)
