"""Which call a fragment belongs to (protocol §5.4, §5.5): backends omit, repeat and reuse indexes, ids and names."""

from __future__ import annotations

from collections.abc import Collection

from conversion.errors import BackendFailure
from conversion.reply.arguments import Arguments
from conversion.reply.deltas import CallFragment

MOST = 1_000


class Call:
    """One tool call, put together from its fragments. `client_id` is given to it when its block begins."""

    __slots__ = ("_ready", "arguments", "client_id", "extra_content", "id", "index", "name")

    def __init__(self, fragment: CallFragment) -> None:
        self.index = fragment.index
        self.id: str | None = None
        self.client_id = ""
        self.name = ""
        self.arguments = Arguments(custom=fragment.kind == "custom")
        self.extra_content: object = None
        self._ready: list[str] = []

    @property
    def settled(self) -> bool:
        """The name is known: no more parts of it come once arguments do."""
        return bool(self.name) and self.arguments.begun

    def add(self, fragment: CallFragment, tool_names: Collection[str]) -> None:
        """Take what the fragment adds; the first id is the id."""
        self.id = self.id or _real_id(fragment)
        self.extra_content = fragment.extra_content or self.extra_content
        if fragment.name and not (self.name and self.arguments.begun):
            self.name = _joined_name(self.name, fragment.name, tool_names)
        if fragment.arguments and (text := self.arguments.add(fragment.arguments)):
            self._ready.append(text)

    def take_ready(self) -> str:
        """The text that may go out, once."""
        text = "".join(self._ready)
        self._ready.clear()
        return text


class ToolCalls:
    """The calls of one answer in the order in which they began."""

    def __init__(self, tool_names: Collection[str], *, parallel: bool = True) -> None:
        self._tool_names = tool_names
        self._parallel = parallel
        self._all: list[Call] = []

    @property
    def wanted(self) -> list[Call]:
        """The calls that the client gets: all, or the first where it forbade parallel ones."""
        return self._all if self._parallel else self._all[:1]

    @property
    def unwanted(self) -> int:
        """How many calls the client does not get."""
        return len(self._all) - len(self.wanted)

    def add(self, fragment: CallFragment) -> Call:
        """The call that the fragment belongs to, with the fragment added."""
        call = self._continued(fragment)
        if call is None:
            if len(self._all) == MOST:
                raise BackendFailure(f"The backend sent more than {MOST} tool calls")
            call = Call(fragment)
            self._all.append(call)
        call.add(fragment, self._tool_names)
        return call

    def _continued(self, fragment: CallFragment) -> Call | None:
        """The call that the fragment continues; None where it begins one."""
        like = [call for call in reversed(self._all) if fragment.index in (None, call.index)]
        fragment_id = _real_id(fragment)
        same = next((call for call in like if call.id == fragment_id), None) if fragment_id else None
        if same is not None or not like:
            return same
        return None if self._begins_anew(fragment, like[0]) else like[0]

    def _begins_anew(self, fragment: CallFragment, call: Call) -> bool:
        """Whether the fragment, which has no known id, is the start of another call and not the call's continuation."""
        if not call.name and not fragment.arguments:
            return bool(_real_id(fragment) and call.id)
        if not fragment.name:
            return bool(_real_id(fragment) and call.id) and call.arguments.complete
        if _real_id(fragment):
            return bool(call.id) or call.arguments.complete
        if fragment.index is None:
            return fragment.position > 0 or call.arguments.complete or self._is_another(fragment.name, call)
        if fragment.name == call.name and (not fragment.arguments or call.arguments.is_prelude):
            return False
        return call.arguments.complete and not call.arguments.repeats(fragment.arguments)

    def _is_another(self, name: str, call: Call) -> bool:
        """Both are whole names of tools, so that they are no parts of one name."""
        return name != call.name and name in self._tool_names and call.name in self._tool_names


def _real_id(fragment: CallFragment) -> str | None:
    return fragment.id if fragment.id and fragment.id != "null" else None


def _joined_name(name: str, part: str, tool_names: Collection[str]) -> str:
    """The name with another part of it; some backends repeat the whole name, or all of it so far."""
    if part == name or (part.startswith(name) and part in tool_names):
        return part
    return name if name in tool_names and name + part not in tool_names else name + part
