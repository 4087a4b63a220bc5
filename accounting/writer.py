"""The one thread that writes a process's journal.

It takes everything that is queued at once and commits it in one transaction: under load many requests share a commit.
Nobody waits for a timer, but where many requests run: there a moment's wait brings more of them together.

What cannot be written (disk full, I/O error):

- openings are refused, until the reserve of disk space could be put aside again;
- closings are kept and tried again, in the space that the reserve gave: these requests have been served.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from accounting.batch import Batch, Item
from accounting.booking import Booking, NoPen
from accounting.journal import Journal

RETRY_SECONDS = 0.1
MANY = 8
GATHER_SECONDS = 0.002
"""How long is waited for others, where as many requests run. A commit costs more than the rest of a small request."""

logger = logging.getLogger(__name__)


class JournalWriter(threading.Thread):
    """The writer of one journal; `committed` is called after every commit that the table has to follow."""

    def __init__(self, journal: Journal, committed: Callable[[], None]) -> None:
        super().__init__(name="journal writer", daemon=True)
        self._journal = journal
        self._committed = committed
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._kept = Batch()
        self._failing = False
        self._stop_by: float | None = None

    def open(self, booking: Booking) -> None:
        try:
            booking.slot = self._journal.slots.take(booking.key)
        except OSError as error:
            logger.error("the journal %s has no space for more requests: %s", self._journal.name, error)
            NoPen().open(booking)
        else:
            self._queue.put(("open", booking))

    def close(self, booking: Booking) -> None:
        self._queue.put(("close", booking))

    def forget(self, keys: Sequence[bytes]) -> None:
        """Drop the rows of closed requests that are safe in the table."""
        self._queue.put(("forget", keys))

    def stop(self, deadline: float) -> bool:
        """Write what is queued, then end; whether everything could be written by then."""
        self._stop_by = deadline
        self._queue.put(None)
        self.join(max(0.0, deadline - time.monotonic()))
        return not self.is_alive() and not self._kept.closings

    def run(self) -> None:
        while not self._finished():
            self._commit(self._gather())

    def _finished(self) -> bool:
        if self._stop_by is None or not self._queue.empty():
            return False
        return not self._kept.closings or time.monotonic() >= self._stop_by

    def _gather(self) -> Batch:
        """All that is queued, and what was kept; waits until there is something to do."""
        batch, self._kept = self._kept, Batch()
        with suppress(Empty):
            batch.add(self._queue.get(timeout=RETRY_SECONDS if batch.closings else None))
            if len(self._journal.slots) >= MANY:
                time.sleep(GATHER_SECONDS)
            while True:
                batch.add(self._queue.get_nowait())
        return batch

    def _commit(self, batch: Batch) -> None:
        if batch.openings and not self._journal.reserve.hold():
            batch.refuse_openings()
        self._give_back(batch.drop_refused())
        if not batch:
            return
        try:
            self._journal.write(batch.changes())
        except Exception as error:  # whatever it is, requests wait for an answer
            self._failed(batch, error)
        else:
            self._written(batch)

    def _failed(self, batch: Batch, error: Exception) -> None:
        if not self._failing:
            logger.error("the journal %s cannot be written: %s", self._journal.name, error)
        self._failing = True
        self._journal.reserve.release()
        batch.refuse_openings()
        self._kept = Batch(closings=batch.closings, forgotten=batch.forgotten)

    def _written(self, batch: Batch) -> None:
        if self._failing:
            logger.warning("the journal %s can be written again", self._journal.name)
        self._failing = False
        self._give_back(batch.closings)
        batch.finish()
        if batch.openings or batch.closings:
            self._committed()

    def _give_back(self, closed: Iterable[Booking]) -> None:
        for booking in closed:
            if booking.slot is not None:
                self._journal.slots.give_back(booking.slot)
