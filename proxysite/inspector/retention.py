"""Captures go after some hours, and the oldest ones earlier where they are too many."""

from __future__ import annotations

import logging
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from proxysite.inspector.models import Capture

PRUNE_EVERY = 300.0
MOST_ROWS = 1000

logger = logging.getLogger("proxysite")


def older_than(hours: int) -> QuerySet[Capture]:
    return Capture.objects.filter(started_at__lt=timezone.now() - timedelta(hours=hours))


def prune() -> int:
    """How many went."""
    removed, _ = older_than(settings.CAPTURE_RETENTION_HOURS).delete()
    beyond = Capture.objects.order_by("-started_at").values_list("started_at", flat=True)[MOST_ROWS : MOST_ROWS + 1]
    for newest in list(beyond):
        removed += Capture.objects.filter(started_at__lte=newest).delete()[0]
    return removed


class Retention:
    """Prunes now and then, in the thread that calls it."""

    def __init__(self) -> None:
        self._pruned = -PRUNE_EVERY

    def refresh(self) -> None:
        if monotonic() - self._pruned < PRUNE_EVERY:
            return
        self._pruned = monotonic()
        try:
            prune()
        except DatabaseError as error:
            logger.warning("old captures are not removed: %s", error)


retention = Retention()
"""That of this process; the snapshot's thread refreshes it (`proxysite/lifespan.py`)."""
