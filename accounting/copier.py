"""The one thread of a process that writes the usage table: the journal's copy, a moment later.

What changed is copied in batches; a closed row leaves the journal only after the commit that holds it. While the
database is away everything stays in the journal and is tried again. Now and then the thread tells that its journal
lives, brings the figures of long requests up to date, looks for journals that nobody copies any more, and calibrates
the estimates of tokens, and keeps up the sums that reports read.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from django import db
from django.conf import settings
from django.utils import timezone

from accounting import adoption, metrics
from accounting.calibrator import Calibrator
from accounting.database import use_own_connection
from accounting.entries import Entry
from accounting.journal import Journal
from accounting.models import ProcessJournal
from accounting.rollups.upkeep import upkeep
from accounting.usage_table import moment, store

BATCH = 500
CALIBRATE_SECONDS = 60.0
PAUSE_SECONDS = 0.25
LOOK_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Copier(threading.Thread):
    """Copies one journal. `changed` tells that it was written to, `forget` takes out what the table holds.

    `shown` and `copied` are the last opening and the last closing that the table has, `oldest_at` when the oldest one
    happened that it lacks.
    """

    def __init__(self, journal: Journal, changed: threading.Event, forget: Callable[[Sequence[bytes]], None]) -> None:
        super().__init__(name="usage copier", daemon=True)
        self.journal = journal.name
        self.shown = 0
        self.copied = 0
        self.oldest_at: float | None = None
        self._journal = journal
        self._changed = changed
        self._forget = forget
        self._pause = PAUSE_SECONDS
        self._failing = False
        self._next_look = 0.0
        self._next_cleanup = time.monotonic() + adoption.SILENCE.total_seconds()
        self._calibrator = Calibrator()
        self._next_calibration = 0.0
        self._stopping = threading.Event()
        self._stop_by = 0.0

    @property
    def backlog(self) -> int:
        """Openings and closings that the table lacks."""
        return self._journal.slots.number - self.shown + self._journal.change - self.copied

    def stop(self, deadline: float) -> None:
        """Bring all of the journal into the table and remove it, if that can be done by then.

        Nothing may be written to the journal any more: requests without a closing become `interrupted`.
        """
        self._stop_by = deadline
        self._stopping.set()
        self._changed.set()
        self.join(max(0.0, deadline - time.monotonic()))

    def run(self) -> None:
        use_own_connection()
        try:
            while not self._stopping.is_set():
                self._attempt(self.work)
                self._stopping.wait(self._pause)
                self._changed.wait(max(0.0, self._next_look - time.monotonic()))
            self._leave()
        finally:
            db.connection.close()

    def work(self) -> None:
        """Do what is due."""
        self._changed.clear()
        look = time.monotonic() >= self._next_look
        # Closings first: what ends after that look comes with the next one.
        closed = self._journal.changed_after(self.copied, BATCH)
        last = self._journal.slots.number
        opened = self._journal.in_flight(self.shown)
        self.oldest_at = min((entries[0].changed_at for entries in (closed, opened) if entries), default=None)
        if look:
            self._tell()
        self._copy(closed, opened)
        self.shown = last
        self.oldest_at = None
        if len(closed) == BATCH:  # there may be more
            self._pause = 0.0
            self._changed.set()
        if look:
            self._look_after_others()
            self._next_look = time.monotonic() + LOOK_SECONDS

    def _copy(self, closed: Sequence[Entry], opened: Sequence[Entry]) -> None:
        if closed or opened:
            store([*closed, *opened], self._journal.name)
        if closed:
            self.copied = closed[-1].change
            self._forget([entry.key for entry in closed])
            self._calibrator.learn(closed)
            if settings.METRICS_TOKEN:
                metrics.count(closed)

    def _tell(self) -> None:
        """Say that the journal lives, and how far long requests have come."""
        told = {
            "seen_at": timezone.now(),
            "backlog": self.backlog,
            "oldest_at": moment(self.oldest_at) if self.oldest_at is not None else None,
        }
        ProcessJournal.objects.update_or_create(name=self._journal.name, defaults=told)
        if running := self._journal.in_flight():
            store(running, self._journal.name)
        if settings.METRICS_TOKEN:
            lag = time.time() - self.oldest_at if self.oldest_at is not None else 0.0
            metrics.tell(in_flight=len(running), backlog=self.backlog, lag=lag)

    def _look_after_others(self) -> None:
        adoption.adopt_abandoned(self._journal.directory)
        if time.monotonic() >= self._next_cleanup:
            adoption.close_lost_rows()
            self._next_cleanup = time.monotonic() + adoption.SILENCE.total_seconds()
        if time.monotonic() >= self._next_calibration:
            self._calibrator.write()
            self._next_calibration = time.monotonic() + CALIBRATE_SECONDS
        upkeep()

    def _attempt(self, step: Callable[[], None]) -> bool:
        """Whether it worked; after a failure the next pause is longer."""
        self._pause, pause = PAUSE_SECONDS, self._pause
        try:
            step()
        except Exception as error:  # whatever it is, the journal keeps everything until it is over
            self._failed(error)
            self._pause = min(max(pause, PAUSE_SECONDS) * 2, LONGEST_PAUSE_SECONDS)
            return False
        if self._failing:
            logger.warning("the usage table can be written again")
        self._failing = False
        return True

    def _failed(self, error: Exception) -> None:
        """Others may believe by now that this process is gone, and this one of others: all tell first."""
        if not self._failing:
            unforeseen = not isinstance(error, db.Error)
            logger.error("the usage table cannot be written, rows wait in the journal: %s", error, exc_info=unforeseen)
        self._failing = True
        self._next_look = 0.0
        self._next_cleanup = time.monotonic() + adoption.SILENCE.total_seconds()
        self._changed.set()
        with suppress(db.Error):
            db.connection.close()

    def _leave(self) -> None:
        self._pause = PAUSE_SECONDS
        while not self._attempt(self._hand_over):
            if time.monotonic() + self._pause > self._stop_by:
                self._journal.abandon()
                logger.error("the journal %s is left for the next process", self._journal.name)
                return
            time.sleep(self._pause)

    def _hand_over(self) -> None:
        adoption.replay(self._journal)
        adoption.retire(self._journal)
