"""The order of a Messages stream (protocol §5.2), enforced: only here is known which block is open, and its index.

    message_start ping? (start delta* stop)* message_delta message_stop

Blocks are numbered without gaps, and one is open at a time. A call out of order is a fault of ours, and raises.
"""

from __future__ import annotations

from conversion.reply.events import (
    BlockDelta,
    ContentBlock,
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    Event,
    InputRun,
    Message,
    MessageDelta,
    MessageStart,
    MessageStop,
    Ping,
    TextBlock,
    TextRun,
    ToolUseBlock,
)


class OutOfOrder(AssertionError):
    """An event that the grammar does not allow here."""


class Blocks:
    """Writes events; those not taken yet are in `events`."""

    __slots__ = ("_index", "ended", "events", "open", "started")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.started = False
        self.ended = False
        self.open: type[ContentBlock] | None = None
        self._index = -1

    @property
    def count(self) -> int:
        """How many blocks have begun."""
        return self._index + 1

    def start(self, message: Message) -> None:
        """Begin the message. The real API sends a ping first thing, too."""
        if self.started:
            raise OutOfOrder("message_start")
        self.started = True
        self.events += (MessageStart(message), Ping())

    def begin(self, block: ContentBlock) -> None:
        """Open a block; empty, except for blocks that have no deltas."""
        if not self.started or self.ended or self.open is not None:
            raise OutOfOrder("content_block_start")
        self._index += 1
        self.open = type(block)
        self.events.append(ContentBlockStart(self._index, block))

    def add(self, delta: BlockDelta) -> None:
        """Add to the open block."""
        if self.open is None:
            raise OutOfOrder("content_block_delta")
        self.events.append(ContentBlockDelta(self._index, delta))

    def add_texts(self, parts: list[str]) -> None:
        """Add deltas to the open text block, one for each part."""
        if self.open is not TextBlock:
            raise OutOfOrder("content_block_delta")
        self.events.append(TextRun(self._index, parts))

    def add_input(self, parts: list[str]) -> None:
        """Add deltas to the input of the open tool."""
        if self.open is not ToolUseBlock:
            raise OutOfOrder("content_block_delta")
        self.events.append(InputRun(self._index, parts))

    def close(self) -> None:
        """Close the open block."""
        if self.open is None:
            raise OutOfOrder("content_block_stop")
        self.open = None
        self.events.append(ContentBlockStop(self._index))

    def place(self, block: ContentBlock) -> None:
        """A block that is complete as it is."""
        self.begin(block)
        self.close()

    def end(self, message_delta: MessageDelta) -> None:
        """End the message."""
        if not self.started or self.ended or self.open is not None:
            raise OutOfOrder("message_delta")
        self.ended = True
        self.events += (message_delta, MessageStop())

    def taken(self) -> list[Event]:
        """The events since the last call."""
        events, self.events = self.events, []
        return events
