"""What the journal's writer commits together."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from accounting.booking import Booking
from accounting.journal import Changes

Item = tuple[Literal["open", "close"], Booking] | tuple[Literal["forget"], Sequence[bytes]] | None
"""What is queued for the writer; None wakes it up."""


@dataclass(slots=True)
class Batch:
    """Openings and closings with those who wait for them, and what nobody waits for."""

    openings: list[Booking] = field(default_factory=list)
    closings: list[Booking] = field(default_factory=list)
    forgotten: list[bytes] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.openings or self.closings or self.forgotten)

    def add(self, item: Item) -> None:
        match item:
            case ("open", booking):
                self.openings.append(booking)
            case ("close", booking):
                self.closings.append(booking)
            case ("forget", keys):
                self.forgotten.extend(keys)

    def changes(self) -> Changes:
        return Changes(
            openings=[(booking.key, booking.opening) for booking in self.openings],
            closings=[(booking.closing or "", booking.key) for booking in self.closings],
            forgotten=[(key,) for key in self.forgotten],
        )

    def refuse_openings(self) -> None:
        """Give up the openings. Their rows are forgotten, for a commit that failed may have happened all the same."""
        for booking in self.openings:
            booking.refused = True
        self.forgotten.extend(booking.key for booking in self.openings)
        finish(booking.written for booking in self.openings)
        self.openings = []

    def drop_refused(self) -> list[Booking]:
        """Closings of refused requests have nothing to tell; gives these."""
        refused = [booking for booking in self.closings if booking.refused]
        finish(booking.durable for booking in refused)
        self.closings = [booking for booking in self.closings if not booking.refused]
        return refused

    def finish(self) -> None:
        """Tell those who wait that it is written."""
        finish([booking.written for booking in self.openings] + [booking.durable for booking in self.closings])


def finish(futures: Iterable[asyncio.Future[None]]) -> None:
    """Finish futures from another thread, with one wake-up for each event loop."""
    loops: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
    for future in futures:
        loops[future.get_loop()].append(future)
    for loop, waiting in loops.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_finish_here, waiting)


def _finish_here(futures: Iterable[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
