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

    def open(self, booking: Booking) -> None: ...

    def close(self, booking: Booking) -> None: ...


class NoPen:
    """Before a journal is begun, and after it is ended, everything is refused."""

    def open(self, booking: Booking) -> None:
        booking.refused = True
        booking.written.set_result(None)

    def close(self, booking: Booking) -> None:
        booking.durable.set_result(None)


class Booking:
    """A request on its way into the journal. Everything is queued at the call: a cancelled caller loses nothing.

    The pen gives it a slot for its progress. It sets `refused` when the opening cannot be written: such a request is
    not sent to a backend, so its closing has nothing to tell and is dropped. It finishes `written` and `durable` when
    there is nothing to wait for.
    """

    __slots__ = ("_figures", "_pen", "closing", "durable", "key", "opening", "refused", "slot", "written")

    def __init__(self, opening: Opening, pen: Pen) -> None:
        self.key = opening.request_id.bytes
        self.opening = encode(opening)
        self.closing: str | None = None
        self.slot: Slot | None = None
        self.refused = False
        loop = asyncio.get_running_loop()
        self.written: asyncio.Future[None] = loop.create_future()
        self.durable: asyncio.Future[None] = loop.create_future()
        self._pen = pen
        pen.open(self)
        self._figures = self.slot.figures if self.slot is not None else NOWHERE

    async def opened(self) -> None:
        """Wait until the opening survives the end of this process; raises JournalUnavailable."""
        await self.written  # by one only: cancelled with its waiter, it is missed by nobody
        if self.refused:
            raise JournalUnavailable

    def progress(self, output_tokens: int) -> None:
        """What has been generated so far; it survives the end of this process."""
        self._figures[TOKENS] = output_tokens

    def close(self, closing: Closing) -> Awaitable[None]:
        """Queue the end; awaiting it means: durable. Only the first closing counts."""
        if self.closing is None:
            self._figures = NOWHERE  # the slot is another request's soon
            self.closing = encode(closing)
            self._pen.close(self)
        return asyncio.shield(self.durable)
