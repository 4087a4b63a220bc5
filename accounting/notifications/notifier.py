"""The thread that tells people; of all processes one at a time is at it."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django import db
from django.utils import timezone

from accounting.database import use_own_connection
from accounting.models import Notification
from accounting.notifications.collecting import collect
from accounting.notifications.sending import send_due
from accounting.turns import take_turn

SECONDS = 5.0
TURN = timedelta(seconds=4)
PATIENCE_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Notifier:
    """Looks every few seconds, between `start` and `stop`; without notifications it does nothing more."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """A message on its way may end with the process; it is sent again by the next one."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        use_own_connection()
        try:
            while not self._stopping.wait(self._seconds):
                self._attempt()
        finally:
            db.connection.close()

    def _attempt(self) -> None:
        try:
            notify()
        except db.Error as error:
            logger.warning("notifications wait for the database: %s", error)
            db.connection.close()
        except Exception:
            logger.exception("notifications could not be made")


def notify() -> None:
    if Notification.objects.enabled().exists() and take_turn("notifications", TURN):
        collect(timezone.now())
        send_due(timezone.now())  # what was just collected is due by now


notifier = Notifier()
