"""The thinking of earlier turns, given back to the backend that can use it (protocol §2.4).

Missing, foreign or broken state is never an error: clients remove thinking blocks, and conversations change models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conversion.profiles import BackendProfile
from conversion.request.blocks import Block
from conversion.request.history import Turn
from conversion.signatures import ReasoningState, unseal

THINKING_TYPES = frozenset(("thinking", "redacted_thinking"))


@dataclass(frozen=True, slots=True)
class EarlierReasoning:
    """What of the thinking blocks of one assistant message its backend wants to see again."""

    profile: BackendProfile
    group: str
    secret: bytes

    def fields(self, blocks: list[Block], has_calls: bool) -> dict[str, object]:
        """The fields of the assistant message that carry it."""
        if not blocks:
            return {}
        if self.profile.reasoning_state == "details":
            details = [item for block in blocks for item in self._details(block)]
            return {"reasoning_details": details} if details else {}
        if not self.profile.reasoning_fields:
            return {}
        text = "".join(self._text(block, has_calls) for block in blocks)
        return dict.fromkeys(self.profile.reasoning_fields, text) if text else {}

    def _details(self, block: Block) -> Iterator[object]:
        state = self._own_state(block)
        if state is not None and state.kind == "rd" and isinstance(state.payload, list):
            yield from state.payload

    def _text(self, block: Block, has_calls: bool) -> str:
        """Our own text always; that of others only where the backend needs some to accept the calls."""
        state = self._own_state(block)
        if state is not None and isinstance(state.payload, str):
            return state.payload
        return block.thinking if state is not None or has_calls else ""

    def _own_state(self, block: Block) -> ReasoningState | None:
        state = unseal(block.signature or block.data, self.secret)
        return state if state is not None and state.group == self.group else None


def turns_to_forget(turns: list[Turn], context_management: object) -> frozenset[int]:
    """The indexes of the turns whose thinking the client asked to clear (protocol §1.7)."""
    kept = _kept_turns(context_management)
    if kept is None:
        return frozenset()
    thoughtful = [index for index, turn in enumerate(turns) if turn.assistant and _thinks(turn)]
    return frozenset(thoughtful[:-kept] if kept else thoughtful)


def _kept_turns(context_management: object) -> int | None:
    """How many turns with thinking stay; None for all."""
    match context_management:
        case {"edits": list(edits)}:
            for edit in edits:
                match edit:
                    case {"type": "clear_thinking_20251015", "keep": {"type": "thinking_turns", "value": int(value)}}:
                        return max(0, value)
    return None


def _thinks(turn: Turn) -> bool:
    return any(block.type in THINKING_TYPES for message in turn.messages for block in message.blocks)
