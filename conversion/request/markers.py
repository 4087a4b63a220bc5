"""Cache markers: forwarded where the backend has such a thing, the last four of them (protocol §1.4)."""

from __future__ import annotations

from typing import Literal

from conversion.request.wire import Markable, Message

MARKER_FIELDS = frozenset(("cache_control", "prompt_cache_breakpoint"))
_MOST = 4


class Markers:
    """Sets markers on parts and tools in the order of the prompt, and takes back all but the last ones."""

    def __init__(self, habit: Literal["strip", "keep", "text", "breakpoint"]) -> None:
        self._habit = habit
        self._marked: list[Markable] = []
        self._lifetimes: set[str] = set()

    @property
    def one_hour(self) -> bool:
        """The backend is told of a lifetime of an hour, and of no other."""
        return self._lifetimes == {"1h"}

    def mark(self, part: Markable, cache_control: object) -> None:
        """The part comes from a block with this `cache_control`."""
        marker = self._marker(cache_control)
        if marker is None or self._habit == "strip" or (self._habit == "text" and "text" not in part):
            return
        if not is_marked(part):
            self._marked.append(part)
        if self._habit == "breakpoint":
            part["prompt_cache_breakpoint"] = {"mode": "explicit"}
        else:
            part["cache_control"] = marker
            self._note(marker)

    def mark_tool(self, tool: Markable, cache_control: object) -> None:
        """The same for a tool, which has no place for a breakpoint."""
        if self._habit == "keep":
            self.mark(tool, cache_control)

    def mark_request(self, cache_control: object, messages: list[Message]) -> dict[str, object]:
        """The marker of the whole request, which means its last content; the fields where the backend has the same."""
        marker = self._marker(cache_control)
        if marker is None or self._habit == "strip":
            return {}
        if self._habit == "keep":
            self._note(marker)
            return {"cache_control": marker}
        last = messages[-1]
        content = last["content"]
        if isinstance(content, str):
            last["content"] = content = [{"type": "text", "text": content}]
        if content:
            self.mark(content[-1], cache_control)
        return {}

    def keep_last(self) -> None:
        """Backends take four; the last ones cover the longest prefixes."""
        for part in self._marked[:-_MOST]:
            for name in MARKER_FIELDS:
                part.pop(name, None)  # type: ignore[misc]  # a key of Markable

    def _note(self, marker: dict[str, object]) -> None:
        self._lifetimes.add(str(marker.get("ttl", "5m")))

    def _marker(self, cache_control: object) -> dict[str, object] | None:
        match cache_control:
            case {"type": "ephemeral", "ttl": ("5m" | "1h") as lifetime}:
                return {"type": "ephemeral", "ttl": lifetime}
            case {"type": "ephemeral"}:
                return {"type": "ephemeral"}
            case _:
                return None


def is_marked(part: Markable) -> bool:
    return "cache_control" in part or "prompt_cache_breakpoint" in part
