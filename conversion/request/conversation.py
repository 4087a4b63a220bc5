"""All messages of a conversation as the backend reads them, in order (protocol §2)."""

from __future__ import annotations

from conversion.errors import InvalidRequest
from conversion.request.assistant_turn import assistant_message
from conversion.request.blocks import Block
from conversion.request.bridge import bridged
from conversion.request.calls import Call
from conversion.request.draft import Draft
from conversion.request.history import Message, Turn, turns
from conversion.request.reasoning import THINKING_TYPES, EarlierReasoning, turns_to_forget
from conversion.request.user_turn import user_messages
from conversion.request.wire import AssistantMessage
from conversion.request.wire import Message as WireMessage


def conversation(
    history: list[Message], context_management: object, earlier: EarlierReasoning, draft: Draft
) -> list[WireMessage]:
    """The messages of a history; raises InvalidRequest where it says nothing at all."""
    said = turns(history)
    if not said:
        raise InvalidRequest("messages: at least one message is required")
    forgotten = turns_to_forget(said, context_management)
    messages: list[WireMessage] = []
    calls: list[Call] = []
    if said[0].assistant and not draft.profile.assistant_first:
        messages.append({"role": "user", "content": "(conversation continues)"})
    for index, turn in enumerate(said):
        if turn.assistant:
            message, calls = assistant_message(turn, draft)
            if message is not None:
                _remember(message, [] if index in forgotten else _thinking(turn), earlier)
                messages.append(message)
        else:
            messages += _user_side(turn, calls, draft)
            calls = []
    if calls:
        messages += _user_side(Turn(False, []), calls, draft)
    return messages


def _user_side(turn: Turn, calls: list[Call], draft: Draft) -> list[WireMessage]:
    messages = user_messages(turn, calls, draft)
    return messages if draft.profile.user_after_tool else bridged(messages)


def _thinking(turn: Turn) -> list[Block]:
    return [block for message in turn.messages for block in message.blocks if block.type in THINKING_TYPES]


def _remember(message: AssistantMessage, thinking: list[Block], earlier: EarlierReasoning) -> None:
    fields = earlier.fields(thinking, "tool_calls" in message)
    message.update(fields)  # type: ignore[typeddict-item]  # fields of some dialects only
