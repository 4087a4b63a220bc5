"""The conversation as the conversion sees it: messages with typed blocks, and the turns that they make (protocol §2.6).

A turn is what one side says until the other speaks. System messages belong to the user's side, at their place:
so they neither tear apart the results of one assistant message nor hide that two messages are of the same role.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import takewhile

from msgspec import Struct

from conversion.request.blocks import Block, read_blocks
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest

SYSTEM_ROLES = frozenset(("system", "developer"))
THINKING_TYPES = frozenset(("thinking", "redacted_thinking"))
SILENT_TYPES = frozenset(
    (
        *THINKING_TYPES,
        "fallback",
        "mcp_tool_listing",
        "server_tool_use",  # its result tells about it too
        "tool_search_tool_result",
        "tool_addition",
        "tool_removal",
    )
)


class Message(Struct, gc=False):
    """One message, or the part of it on one side of a compaction; `first` is the index of its first block."""

    role: str
    blocks: list[Block]
    place: str
    first: int = 0

    def placed_blocks(self) -> Iterator[tuple[str, Block]]:
        """Each block with its place, such as `messages.3.content.1`."""
        for index, block in enumerate(self.blocks, self.first):
            yield f"{self.place}.content.{index}", block


class Turn(Struct, gc=False):
    """Messages of one side in a row; of the user's side also those of the system among them."""

    assistant: bool
    messages: list[Message]

    def blocks_of(self, types: Container[str]) -> list[Block]:
        return [block for message in self.messages for block in message.blocks if block.type in types]


def read_history(request: MessagesRequest, notes: Notes) -> list[Message]:
    """All messages, in order; the text of system messages that were to be cleared is gone."""
    history: list[Message] = []
    last_user = max((index for index, each in enumerate(request.messages) if each.role == "user"), default=-1)
    for index, received in enumerate(request.messages):
        place = f"messages.{index}"
        blocks = read_blocks(received.content, f"{place}.content", notes)
        role = "system" if received.role in SYSTEM_ROLES else received.role
        if role == "system" and received.clear_at == "next_user_message" and index < last_user:
            blocks = [block for block in blocks if block.type in ("tool_addition", "tool_removal")]
        history += _split(role, blocks, place)
    return history


def system_head(history: list[Message]) -> list[Message]:
    """The system messages before anyone spoke: they belong to the system prompt."""
    return list(takewhile(lambda message: message.role == "system", history))


def turns(history: list[Message]) -> list[Turn]:
    """The turns of a history, without messages that say nothing."""
    found: list[Turn] = []
    for message in history:
        if says_nothing(message):
            continue
        assistant = message.role == "assistant"
        if found and found[-1].assistant == assistant:
            found[-1].messages.append(message)
        else:
            found.append(Turn(assistant, [message]))
    return found


def says_nothing(message: Message) -> bool:
    return all(_is_silent(block) for block in message.blocks)


def is_blank(text: str) -> bool:
    return not text or text.isspace()


def _is_silent(block: Block) -> bool:
    match block.type:
        case "text":
            return is_blank(block.text)
        case "compaction":
            return block.content is None
        case kind:
            return kind in SILENT_TYPES


def _split(role: str, blocks: list[Block], place: str) -> Iterator[Message]:
    """An assistant message with a compaction in it: the summary is told by the user's side."""
    start = 0
    if role == "assistant":
        for index, block in enumerate(blocks):
            if block.type == "compaction":
                yield Message(role, blocks[start:index], place, start)
                yield Message("user", [block], place, index)
                start = index + 1
    yield Message(role, blocks[start:], place, start)
