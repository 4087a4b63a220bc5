"""Who writes a process's journal: openings at once, closings in one thread.

The thread takes everything that is queued at once and commits it in one transaction: under load many requests share a
commit. Nobody waits for a timer, but where many requests run: there a moment's wait brings more of them together.

What cannot be written (disk full, I/O error):

- closings are kept and tried again, in the space that the reserve gave: these requests have been served;
- openings are refused, until closings can be written and the reserve of disk space could be put aside again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from accounting.booking import Booking
from accounting.journal import Journal
from accounting.slots import Slot

RETRY_SECONDS = 0.1
MANY = 8
GATHER_SECONDS = 0.002
"""How long is waited for others, where as many requests run. A commit costs more than the rest of a small request."""

Item = Booking | Sequence[bytes] | OSError | None
"""What is queued: a request to be closed, the keys of rows that are safe elsewhere, what went wrong with an opening, or
None to wake up.
"""

logger = logging.getLogger(__name__)


class JournalWriter(threading.Thread):
    """The writer of one journal; `changed` is called when there is something that the table has to follow."""

    def __init__(self, journal: Journal, changed: Callable[[], None]) -> None:
        super().__init__(name="journal writer", daemon=True)
        self._journal = journal
        self._changed = changed
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._closings: list[Booking] = []
        self._forgotten: list[bytes] = []
        self._failing = not journal.reserve.hold()
        self._stop_by: float | None = None

    def open(self, opening: bytes) -> Slot | None:
        """A slot with the opening in it; None while the journal cannot be written."""
        if self._failing:
            return None
        try:
            slot = self._journal.slots.take(opening)
        except OSError as error:
            self._queue.put(error)
            return None
        self._changed()
        return slot

    def close(self, booking: Booking) -> None:
        self._queue.put(booking)

    def forget(self, keys: Sequence[bytes]) -> None:
        """Drop the rows of closed requests that are safe in the table."""
        self._queue.put(keys)

    def stop(self, deadline: float) -> bool:
        """Write what is queued, then end; whether everything could be written by then."""
        self._stop_by = deadline
        self._queue.put(None)
        self.join(max(0.0, deadline - time.monotonic()))
        return not self.is_alive() and not self._closings

    def run(self) -> None:
        while not self._finished():
            self._gather()
            self._commit()

    def _finished(self) -> bool:
        if self._stop_by is None or not self._queue.empty():
            return False
        return not self._closings or time.monotonic() >= self._stop_by

    def _gather(self) -> None:
        """Take all that is queued; waits until there is something to do."""
        with suppress(Empty):
            self._take(self._queue.get(timeout=RETRY_SECONDS if self._failing else None))
            if len(self._journal.slots) >= MANY:
                time.sleep(GATHER_SECONDS)
            while True:
                self._take(self._queue.get_nowait())

    def _take(self, item: Item) -> None:
        match item:
            case Booking():
                self._closings.append(item)
            case OSError():
                self._failed(item)
            case None:
                pass
            case keys:
                self._forgotten.extend(keys)

    def _commit(self) -> None:
        closings, forgotten = self._closings, self._forgotten
        try:
            if closings or forgotten:
                self._journal.write([closed(booking) for booking in closings], forgotten)
        except Exception as error:  # whatever it is, requests wait for an answer
            self._failed(error)
            return
        self._closings, self._forgotten = [], []
        self._written(closings)

    def _written(self, closings: Sequence[Booking]) -> None:
        if self._failing and self._journal.reserve.hold():
            logger.warning("the journal %s can be written again", self._journal.name)
            self._failing = False
        for booking in closings:
            if booking.slot is not None:
                self._journal.slots.give_back(booking.slot)
        finish(booking.durable for booking in closings)
        if closings:
            self._changed()

    def _failed(self, error: Exception) -> None:
        if not self._failing:
            logger.error("the journal %s cannot be written: %s", self._journal.name, error)
        self._failing = True
        self._journal.reserve.release()


def closed(booking: Booking) -> tuple[bytes, str, str]:
    return booking.key, booking.opening.decode(), (booking.closing or b"").decode()


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
