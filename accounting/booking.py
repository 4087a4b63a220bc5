"""One request's place in the journal, as the one who serves the request holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol

from accounting.entries import Closing, Opening, encode
from accounting.slots import TOKENS, Slot

NOWHERE = [0, 0, 0]
"""Figures that nobody reads."""


class JournalUnavailable(Exception):
    """The journal cannot be written (disk full, I/O error), so nothing may be sent to a backend."""

    status = 529
    type = "overloaded_error"

    def __init__(self, message: str = "The gateway cannot record requests at the moment") -> None:
        super().__init__(message)
        self.message = message
        self.headers = {"retry-after": "30"}


class Pen(Protocol):
    """What a booking needs of the journal's writer."""

    def open(self, opening: bytes) -> Slot | None:
        """A slot with the opening in it; None where none can be written."""

    def close(self, booking: Booking) -> None: ...


class NoPen:
    """Before a journal is begun, and after it is ended, everything is refused."""

    def open(self, opening: bytes) -> None: ...

    def close(self, booking: Booking) -> None: ...


class Booking:
    """A request in the journal. Its end is queued at the call: a cancelled caller loses nothing.

    Without a slot it is refused: it is not sent to a backend, so its closing has nothing to tell and is dropped. The
    writer finishes `durable` when the closing is written.
    """

    __slots__ = ("_figures", "_pen", "closing", "durable", "key", "opening", "slot")

    def __init__(self, opening: Opening, pen: Pen) -> None:
        self.key = opening.request_id.bytes
        self.opening = encode(opening)
        self.closing: bytes | None = None
        self.durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pen = pen
        self.slot = pen.open(self.opening)
        self._figures = self.slot.figures if self.slot is not None else NOWHERE

    def opened(self) -> None:
        """Raises JournalUnavailable, unless the opening survives the end of this process."""
        if self.slot is None:
            raise JournalUnavailable

    def progress(self, output_tokens: int) -> None:
        """What has been generated so far; it survives the end of this process."""
        self._figures[TOKENS] = output_tokens

    def close(self, closing: Closing) -> Awaitable[None]:
        """Queue the end; awaiting it means: durable. Only the first closing counts."""
        if self.closing is None:
            self.closing = encode(closing)
            self._figures = NOWHERE  # the slot is another request's soon
            if self.slot is None:
                self.durable.set_result(None)
            else:
                self._pen.close(self)
        return asyncio.shield(self.durable)
