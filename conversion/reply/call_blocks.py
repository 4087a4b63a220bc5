"""Tool calls as blocks, one after the other (protocol §5.5): the open one streams, those behind it wait.

A call is closed when it is complete and another one follows, or at the end of the answer. A call that may be incomplete
is never completed: not when the answer was cut off, and not when its arguments end in the middle of something.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from conversion.destination import Destination
from conversion.notices import Notice
from conversion.reply.blocks import Blocks
from conversion.reply.call_names import legal_name, offered_name
from conversion.reply.deltas import CallFragment
from conversion.reply.events import InputJsonDelta, ToolUseBlock
from conversion.reply.reasoning import ReasoningTrail
from conversion.reply.tool_calls import Call, ToolCalls
from conversion.terms import ReplyTerms
from conversion.tool_ids import client_tool_id


class CallBlocks:
    """The calls of one answer on their way out; `make_room` closes whatever other block is open."""

    def __init__(
        self,
        blocks: Blocks,
        trail: ReasoningTrail,
        terms: ReplyTerms,
        destination: Destination,
        new_suffix: Callable[[], str],
        make_room: Callable[[], None],
    ) -> None:
        self._blocks = blocks
        self._trail = trail
        self._terms = terms
        self._buffered = destination.profile.tool_arguments == "buffer"
        self._new_suffix = new_suffix
        self._make_room = make_room
        self._calls = ToolCalls(terms.tool_names, parallel=terms.parallel_tool_use)
        self._ids = set(terms.used_tool_ids)
        self._open: Call | None = None
        self._next = 0
        self.emitted = 0
        self.first_id = ""
        self.notices: list[Notice] = []

    @property
    def open(self) -> bool:
        """A call's block is open."""
        return self._open is not None

    @property
    def known(self) -> bool:
        """Some call has begun, shown or not."""
        return bool(self._calls.wanted)

    @property
    def complete(self) -> bool:
        """Every call has a name and whole arguments."""
        return all(call.name and call.arguments.complete for call in self._calls.wanted)

    def pass_on(self, index: int | None, parts: list[str]) -> int:
        """Send parts of the open call as they are, as long as that is all there is to do; how many they were."""
        call = self._open
        if call is None or self._buffered or call.index != index or not self._is_last:
            return 0
        passed = call.arguments.passes(parts)
        if passed:
            self._blocks.add_input(parts[:passed])
        return passed

    @property
    def _is_last(self) -> bool:
        """No call has begun behind the open one."""
        return self._next >= len(self._calls.wanted) and not self._calls.unwanted

    def add(self, fragment: CallFragment) -> Call:
        """Take a fragment, and send what may go out because of it."""
        call = self._calls.add(fragment)
        if fragment.extra_content is not None and call.client_id:
            self._trail.add_call_state(call.client_id, fragment.extra_content)
        if call is self._open:
            self._send(call)
        self._advance()
        return call

    def close_complete(self) -> bool:
        """Close the open call if it is complete and none waits behind it; whether no call is open now."""
        self._advance()
        if self._open is not None and self._open.arguments.complete and self._next >= len(self._calls.wanted):
            self._close(cut=False)
        return self._open is None

    def finish(self, *, cut: bool) -> list[str]:
        """Close the open call, send those that waited; returns what is left as text of calls without a name."""
        if self._open is not None:
            self._close(cut=cut)
        texts = []
        for call in self._calls.wanted[self._next :]:
            call.name = call.name or self._only_name()
            if cut and not call.arguments.complete and self._blocks.count:
                self.notices.append(Notice("tool_call_dropped", "The answer was cut off inside a tool call"))
            elif not call.name:
                texts.append(f"[The model made a tool call without a name: {call.arguments.text}]")
                self.notices.append(Notice("tool_call_nameless", "A tool call had no name and became text"))
            else:
                self._begin(call)
                self._close(cut=cut)
        if self._calls.unwanted:
            detail = f"{self._calls.unwanted} parallel tool calls, which the client had forbidden"
            self.notices.append(Notice("parallel_calls_dropped", detail))
        return texts

    def _advance(self) -> None:
        """Open the next call when the one before it is complete; a call without arguments yet waits for a sign."""
        calls = self._calls.wanted
        while self._next < len(calls):
            if self._open is not None:
                if not self._open.arguments.complete:
                    return
                self._close(cut=False)
            call, follows = calls[self._next], self._next + 1 < len(calls)
            if not (call.settled or (call.name and follows)):
                return
            self._begin(call)

    def _begin(self, call: Call) -> None:
        call.client_id = client_tool_id(call.id, self._ids, self._new_suffix)
        if call.extra_content is not None:
            self._trail.add_call_state(call.client_id, call.extra_content)
        self._make_room()
        offered = offered_name(call.name, self._terms.tool_names)
        call.name = self._terms.tool_names.get(offered) or legal_name(offered)
        toolset = self._terms.toolset_names.get(offered, UNSET)
        self._blocks.begin(ToolUseBlock(call.client_id, call.name, toolset_name=toolset))
        self._open = call
        self._next += 1
        self.emitted += 1
        self.first_id = self.first_id or call.client_id
        self._send(call)

    def _send(self, call: Call) -> None:
        if not self._buffered and (text := call.take_ready()):
            self._blocks.add(InputJsonDelta(text))

    def _close(self, *, cut: bool) -> None:
        call, self._open = self._open, None
        if call is None:
            return
        rest = call.arguments.end(cut=cut, sole_property=self._terms.sole_properties.get(call.name))
        text = call.take_ready() + rest
        if self._buffered and not cut and call.arguments.broken_off:
            text = call.arguments.unreadable  # nothing of it has gone out, so that it need not stay half an object
        if text:
            self._blocks.add(InputJsonDelta(text))
        if call.arguments.altered:
            self.notices.append(Notice("tool_arguments_repaired", f"The arguments of a call of {call.name!r}"))
        self._blocks.close()

    def _only_name(self) -> str:
        """The tool that a call without a name can only mean."""
        names = set(self._terms.tool_names.values())
        return self._terms.forced_tool or (names.pop() if len(names) == 1 else "")
