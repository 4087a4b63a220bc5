"""The tool calls of a reply, gathered from its events while they pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from conversion.reply.events import ContentBlockDelta, ContentBlockStart, Event, InputJsonDelta, InputRun, ToolUseBlock


@dataclass(slots=True)
class Call:
    """One call as the client gets it; `input` is JSON, in most cases of an object."""

    id: str
    name: str
    parts: list[str] = field(default_factory=list)

    @property
    def input(self) -> str:
        return "".join(self.parts) or "{}"


class Calls:
    """What has been seen of a reply."""

    def __init__(self) -> None:
        self._by_index: dict[int, Call] = {}

    def see(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case ContentBlockStart(index=index, content_block=ToolUseBlock(id=id, name=name)):
                    self._by_index[index] = Call(id, name)
                case ContentBlockDelta(index=index, delta=InputJsonDelta(partial_json=part)):
                    if call := self._by_index.get(index):  # else it belongs to a call of the server's
                        call.parts.append(part)
                case InputRun(index=index, parts=parts):
                    if call := self._by_index.get(index):
                        call.parts += parts
                case InputRun(index=index, parts=parts):
                    if call := self._by_index.get(index):
                        call.parts += parts

    @property
    def made(self) -> list[Call]:
        return list(self._by_index.values())
