"""All messages of a conversation as the backend reads them, in order (protocol §2)."""

from __future__ import annotations

from conversion.errors import InvalidRequest
from conversion.request.assistant_turn import assistant_message
from conversion.request.blocks import Block
from conversion.request.bridge import bridged
from conversion.request.calls import Call
from conversion.request.draft import Draft
from conversion.request.history import THINKING_TYPES, Message, Turn, turns
from conversion.request.reasoning import EarlierReasoning
from conversion.request.user_turn import user_messages
from conversion.request.wire import Message as WireMessage


def conversation(history: list[Message], earlier: EarlierReasoning, draft: Draft) -> list[WireMessage]:
    """The messages of a history; raises InvalidRequest where it says nothing at all."""
    said = turns(history)
    messages: list[WireMessage] = []
    calls: list[Call] = []
    if said and said[0].assistant and not draft.profile.assistant_first:
        messages.append({"role": "user", "content": "(conversation continues)"})
    for turn in said:
        if turn.assistant:
            message, calls = assistant_message(turn, draft)
            if message is not None:
                earlier.remember(message, _thinking(turn), calls)
                earlier.place_items(message, turn)
                messages.append(message)
        else:
            messages += _user_side(turn, calls, draft)
            calls = []
    if calls:
        messages += _user_side(Turn(False, []), calls, draft)
    if not messages:
        raise InvalidRequest("messages: at least one message is required")
    return messages


def _user_side(turn: Turn, calls: list[Call], draft: Draft) -> list[WireMessage]:
    messages = user_messages(turn, calls, draft)
    return messages if draft.profile.user_after_tool else bridged(messages)


def _thinking(turn: Turn) -> list[list[Block]]:
    """The blocks of each of its messages: each may be an answer of its own."""
    return [[block for block in message.blocks if block.type in THINKING_TYPES] for message in turn.messages]
