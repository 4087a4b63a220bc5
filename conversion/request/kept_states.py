"""Reasoning states that the gateway keeps, because no block of the conversation carries them (protocol §4.6).

Which of them a request can use is asked for by their keys; those that were found take the place of blocks in the
history, so that nobody else has to know where a state was. What is not found is no state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conversion.destination import Destination
from conversion.request.blocks import Block
from conversion.request.effort import shown_thinking
from conversion.request.history import THINKING_TYPES, Message, read_history
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest
from conversion.request.unreadable import refuses_unreadable
from conversion.signatures import referred_key

MOST_WANTED = 40
"""The states of the newest calls; older ones are cheap to do without."""

_REFERENCE = b'"ccp1ref.'


@refuses_unreadable
def states_wanted(request: MessagesRequest, destination: Destination) -> list[str]:
    """The keys of the states that may be kept for this request; raises InvalidRequest, as the conversion would."""
    profile = destination.profile.for_model(destination.model)
    if profile.reasoning_state == "none":
        return []
    off = profile.remembers and shown_thinking(request) == "off"
    if not off and not any(_REFERENCE in bytes(message.content) for message in request.messages):
        return []
    keys = [key for message in read_history(request, Notes()) for key in _keys(message, calls=off)]
    return list(dict.fromkeys(keys))[-MOST_WANTED:]


def restore_states(history: list[Message], kept: Mapping[str, str]) -> None:
    """Put the states that were kept into the history."""
    if not kept:
        return
    for message in history:
        for block in message.blocks:
            if state := kept.get(_referred(block), ""):
                block.signature = block.signature and state
                block.data = block.data and state
        if state := next((kept[key] for key in _call_keys(message) if key in kept), ""):
            message.blocks.insert(0, Block("redacted_thinking", data=state))
            message.first -= 1  # the client's blocks keep their places


def _keys(message: Message, *, calls: bool) -> Iterator[str]:
    yield from filter(None, map(_referred, message.blocks))
    if calls:
        yield from _call_keys(message)


def _referred(block: Block) -> str:
    return referred_key(block.signature or block.data) if block.type in THINKING_TYPES else ""


def _call_keys(message: Message) -> list[str]:
    """The ids of the calls of a message that has no thinking."""
    if message.role != "assistant" or any(block.type in THINKING_TYPES for block in message.blocks):
        return []
    return [block.id for block in message.blocks if block.type == "tool_use"]
