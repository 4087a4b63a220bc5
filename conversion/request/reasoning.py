"""The thinking of earlier turns, given back to the backend that can use it (protocol §2.4).

Missing, foreign or broken state is never an error: clients remove thinking blocks, and conversations change models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from conversion.profiles import BackendProfile
from conversion.request.blocks import Block
from conversion.request.calls import Call
from conversion.request.history import Turn
from conversion.request.media import text_part
from conversion.request.reasoning_items import items_before
from conversion.request.wire import AssistantMessage, Content, ThinkingPart
from conversion.signatures import ReasoningState, unseal

_Known: TypeAlias = tuple[Block, ReasoningState | None]


@dataclass(frozen=True, slots=True)
class EarlierReasoning:
    """What of the thinking of one assistant message its backend wants to see again; `thinks`: the model thinks now."""

    profile: BackendProfile
    group: str
    secret: bytes
    thinks: bool
    model: str

    def remember(self, message: AssistantMessage, thinking: list[list[Block]], calls: list[Call]) -> None:
        """Add it to the message that has these calls; `thinking`: the blocks, by the client's messages."""
        if self.profile.wire == "responses":
            return  # it has no place in a message: see place_items
        if not any(thinking) and self.profile.reasoning_filler is None and self.profile.call_signature is None:
            return
        known = [[(block, self._own_state(block)) for block in blocks] for blocks in thinking]
        wholes = [state for blocks in known if (state := _whole(blocks)) is not None]
        blocks = [each for blocks in known for each in blocks]
        if self.profile.reasoning_state == "details":
            fields = _details(wholes)
        else:
            fields = self._fields(_text(blocks, foreign=bool(calls)))
            if self.profile.reasoning_in_content != "no":
                text, signature = _text(blocks, foreign=False), _signature(wholes)
                message["content"] = self._content(text, signature, message["content"])
        message.update(fields)  # type: ignore[typeddict-item]  # fields of some dialects only
        self._sign(message, wholes, calls)

    def place_items(self, message: AssistantMessage, turn: Turn) -> None:
        """The same for the Responses API, whose reasoning stands between text and calls."""
        if self.profile.wire == "responses" and (found := items_before(turn, self._own_items)):
            message["items_before"] = found

    def _own_items(self, block: Block) -> list[object]:
        """The items that a block carries; no other model can read them."""
        state = self._own_state(block)
        match state.payload if state is not None and state.kind == "rs" and state.model == self.model else None:
            case list(items):
                return items
        return []

    def _fields(self, text: str) -> dict[str, object]:
        if not text and self.thinks and self.profile.reasoning_filler is not None:
            return dict.fromkeys(self.profile.reasoning_fields, self.profile.reasoning_filler)
        return dict.fromkeys(self.profile.reasoning_fields, text) if text else {}

    def _content(self, text: str, signature: str, content: Content | None) -> Content | None:
        """The content with the text in front of it, in the backend's own form."""
        if not text:
            return content
        if self.profile.reasoning_in_content == "tags":
            return f"<think>{text}</think>\n{content or ''}"
        thought: ThinkingPart = {"type": "thinking", "thinking": [text_part(text)]}
        if signature:
            thought["signature"] = signature
        said = [text_part(content)] if isinstance(content, str) and content else content or []
        return [thought, *said]

    def _sign(self, message: AssistantMessage, wholes: list[ReasoningState], calls: list[Call]) -> None:
        """What a backend hung on its message and on its calls; the first call of a message may need a signature."""
        on_calls: dict[str, object] = {}
        for state in wholes:
            match state.payload:
                case {"calls": dict(signed), "msg": on_message} if state.kind == "gs":
                    on_calls |= signed
                    if on_message is not None:
                        message["extra_content"] = on_message
        for call, sent in zip(calls, message.get("tool_calls", ()), strict=True):
            if call.client_id in on_calls:
                sent["extra_content"] = on_calls[call.client_id]
        if calls and self.profile.call_signature is not None:
            signature = {"google": {"thought_signature": self.profile.call_signature}}
            message["tool_calls"][0].setdefault("extra_content", signature)

    def _own_state(self, block: Block) -> ReasoningState | None:
        if self.profile.reasoning_state == "none":
            return None
        state = unseal(block.signature or block.data, self.secret)
        return state if state is not None and state.group == self.group else None


def _whole(blocks: list[_Known]) -> ReasoningState | None:
    """The state of one message: where several blocks carry more than text, the last one carries the whole of it."""
    return next((state for _, state in reversed(blocks) if state is not None and state.kind != "t"), None)


def _details(wholes: list[ReasoningState]) -> dict[str, object]:
    payloads = [state.payload for state in wholes if state.kind == "rd"]
    details = [item for payload in payloads if isinstance(payload, list) for item in payload]
    return {"reasoning_details": details} if details else {}


def _signature(wholes: list[ReasoningState]) -> str:
    """The signature of the text of one message; several texts, put together, have none."""
    match [state.payload for state in wholes if state.kind == "ms"]:
        case [{"signature": str(signature)}]:
            return signature
    return ""


def _text(blocks: list[_Known], *, foreign: bool) -> str:
    """Our own text always; that of others only where the backend needs some to accept the calls."""
    texts = []
    for block, state in blocks:
        if state is not None and (hidden := _hidden(state)):
            texts.append(hidden)
        elif state is not None or foreign:
            texts.append(block.thinking)
    return "".join(texts)


def _hidden(state: ReasoningState) -> str:
    """The text that the block itself does not show."""
    match state.payload:
        case str(text) | {"text": str(text)}:
            return text
    return ""
