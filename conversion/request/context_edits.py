"""What of the conversation the client asked to clear before the model reads it (protocol §1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Raw

from conversion.estimates import CODE, estimate_text
from conversion.request.blocks import Block
from conversion.request.history import THINKING_TYPES, Message, turns
from conversion.request.read import MessagesRequest
from conversion.tokens import block_tokens, count_tokens

CLEARED = "[The result of this call was cleared to save space.]"
_CLEAR_THINKING = "clear_thinking_20251015"
_CLEAR_TOOL_USES = "clear_tool_uses_20250919"
_USUAL_TRIGGER = 100_000
_USUALLY_KEPT = 3

Edit: TypeAlias = Mapping[str, object]


def apply_edits(request: MessagesRequest, history: list[Message], *, clear_tool_uses: bool) -> tuple[Edit, ...]:
    """Make the edits in the history; returns those that cleared something, in the words of the reply.

    Clearing results costs the backend's prompt cache, so that it is done only where the backend is to have it.
    """
    match request.context_management:
        case {"edits": list(edits)}:
            done = (_applied(edit, request, history, clear_tool_uses) for edit in edits if isinstance(edit, dict))
            return tuple(edit for edit in done if edit is not None)
        case _:
            return ()


def _applied(edit: Edit, request: MessagesRequest, history: list[Message], clear_tool_uses: bool) -> Edit | None:
    match edit:
        case {"type": kind, "keep": {"type": "thinking_turns", "value": int(kept)}} if kind == _CLEAR_THINKING:
            return _clear_thinking(max(0, kept), history)
        case {"type": kind} if kind == _CLEAR_TOOL_USES and clear_tool_uses:
            return _clear_tool_uses(edit, request, history)
        case _:
            return None


def _clear_thinking(kept: int, history: list[Message]) -> Edit | None:
    """The blocks stay, so that the others keep their places; there is nothing left in them."""
    thoughtful = [blocks for turn in turns(history) if turn.assistant and (blocks := turn.blocks_of(THINKING_TYPES))]
    cleared = thoughtful[:-kept] if kept else thoughtful
    if not cleared:
        return None
    tokens = 0
    for block in (block for blocks in cleared for block in blocks):
        tokens += estimate_text(block.thinking) if block.thinking else 0
        block.thinking = block.signature = block.data = ""
    return {"type": _CLEAR_THINKING, "cleared_input_tokens": tokens, "cleared_thinking_turns": len(cleared)}


def _clear_tool_uses(edit: Edit, request: MessagesRequest, history: list[Message]) -> Edit | None:
    blocks = [block for message in history for block in message.blocks]
    calls = {block.id: block for block in blocks if block.type == "tool_use"}
    results = [block for block in blocks if block.type == "tool_result" and block.tool_use_id in calls]
    if not _is_triggered(edit.get("trigger"), len(results), request):
        return None
    kept = _value(edit.get("keep"), _USUALLY_KEPT)
    excluded = _names(edit.get("exclude_tools"))
    old = results[:-kept] if kept else results
    cleared = [block for block in old if calls[block.tool_use_id].name not in excluded and block.content != CLEARED]
    emptied = _emptied([calls[block.tool_use_id] for block in cleared], edit.get("clear_tool_inputs"))
    tokens = sum(max(0, block_tokens(block) - estimate_text(CLEARED)) for block in cleared)
    tokens += sum(estimate_text(bytes(call.input).decode(), CODE) - 1 for call in emptied)
    if not cleared or tokens < _value(edit.get("clear_at_least"), 0):
        return None
    for block in cleared:
        block.content = CLEARED
    for call in emptied:
        call.input = Raw(b"{}")
    return {"type": _CLEAR_TOOL_USES, "cleared_input_tokens": tokens, "cleared_tool_uses": len(cleared)}


def _is_triggered(trigger: object, uses: int, request: MessagesRequest) -> bool:
    match trigger:
        case {"type": "tool_uses", "value": int(limit)}:
            return uses > limit
        case _:
            return count_tokens(request) > _value(trigger, _USUAL_TRIGGER)


def _emptied(calls: list[Block], wanted: object) -> list[Block]:
    """The calls that lose their input too; `wanted`: true for every tool, or the names of some."""
    return [call for call in calls if wanted is True or call.name in _names(wanted)]


def _value(limit: object, usual: int) -> int:
    match limit:
        case {"value": int(value)}:
            return max(0, value)
        case _:
            return usual


def _names(value: object) -> frozenset[str]:
    return frozenset(name for name in value if isinstance(name, str)) if isinstance(value, list) else frozenset()
