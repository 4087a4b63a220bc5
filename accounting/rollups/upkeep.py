"""What one of all processes does once a minute: sum anew what is due, and remove rows that are old enough."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from itertools import chain

from django.conf import settings
from django.db import Error
from django.utils import timezone

from accounting.rollups.pruning import cutoff, prune
from accounting.rollups.rebuilding import rebuild
from accounting.turns import take_turn

EVERY = timedelta(seconds=55)
SECONDS = 2.0
"""How long it may take before the thread returns to its other work; what is left is done in the next minute."""

logger = logging.getLogger(__name__)


def upkeep() -> None:
    """Nobody waits for it: reports read the rows of what is due."""
    try:
        if take_turn("rollups", EVERY):
            keep_up(time.monotonic() + SECONDS)
    except Error:
        logger.exception("sums of usage cannot be kept up now; reports read the rows instead")


def keep_up(until: float) -> None:
    days = settings.USAGE_RETENTION_DAYS
    old = prune(cutoff(days)) if days else ()
    for _ in chain(rebuild(timezone.now()), old):
        if time.monotonic() > until:
            return
