"""Where the edge books its requests.

    booking = recorder.open(Opening(...))
    booking.opened()                     # now it survives the end of this process; now ask the backend
    booking.progress(output_tokens)      # as often as you like
    await booking.close(Closing(...))    # now it is durable; now tell the client that the reply is complete

They go into this process's journal, and from there, a moment later, into the usage table.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from django.conf import settings

from accounting.booking import Booking, JournalUnavailable, NoPen
from accounting.copier import Copier
from accounting.entries import Closing, Moved, Opening
from accounting.journal import Journal
from accounting.writer import JournalWriter

__all__ = ["Booking", "Closing", "JournalUnavailable", "Moved", "Opening", "Recorder"]

logger = logging.getLogger(__name__)

MOST_LAG_SECONDS = 5.0


class Recorder:
    """The journal of this process with its writer and its copier."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._writer: JournalWriter | NoPen = NoPen()
        self._copier: Copier | None = None
        self._fails_closed: bool = settings.ACCOUNTING_FAIL == "closed"

    def start(self) -> None:
        """Begin a journal; raises where none can be written, for then nothing can be served."""
        journal = Journal.create(self._directory or settings.DATA_DIR / "journal")
        changed = threading.Event()
        writer = JournalWriter(journal, changed.set)
        self._writer, self._copier = writer, Copier(journal, changed, writer.forget)
        writer.start()
        self._copier.start()

    def stop(self, grace: float) -> None:
        """Write what is queued and bring everything into the table, within `grace` seconds; blocks until then.

        What does not reach the table in time stays in the journal, which the next process adopts.
        """
        writer, copier = self._writer, self._copier
        self._writer, self._copier = NoPen(), None
        if isinstance(writer, NoPen) or copier is None:
            return
        deadline = time.monotonic() + grace
        if writer.stop(deadline):
            copier.stop(deadline)
        else:
            logger.error("not everything could be written to the journal in time")

    @property
    def journal(self) -> str:
        """The name of the journal, which the process is known by; empty where it has none."""
        return self._copier.journal if self._copier is not None else ""

    def open(self, opening: Opening) -> Booking:
        """Write the opening of a request; in a coroutine only, for its end is waited for there.

        It is refused where rows must not wait in the journal for long (ACCOUNTING_FAIL), and they do.
        """
        if self._fails_closed and self.lag > MOST_LAG_SECONDS:
            return Booking(opening, NoPen())
        return Booking(opening, self._writer)

    @property
    def backlog(self) -> int:
        """Openings and closings that are not in the usage table yet."""
        return self._copier.backlog if self._copier is not None else 0

    @property
    def oldest_uncopied(self) -> float | None:
        """When the oldest of them happened, in seconds since the epoch; None when there is none to speak of."""
        return self._copier.oldest_at if self._copier is not None else None

    @property
    def lag(self) -> float:
        """How many seconds the usage table is behind."""
        oldest = self.oldest_uncopied
        return max(0.0, time.time() - oldest) if oldest is not None else 0.0
