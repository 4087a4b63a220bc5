"""Deliveries that are due, each tried some times and then given up."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from accounting.models import Delivery
from accounting.notifications.channels import NotDelivered, deliver

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 7200, 21600))
"""After the first attempt, the second …: the seventh, some nine hours after the first, is the last."""
AT_ONCE = 20
ERROR_LIMIT = 300

logger = logging.getLogger(__name__)


def send_due(now: datetime) -> None:
    due = Delivery.objects.filter(next_attempt_at__lte=now, notification__is_enabled=True)
    for delivery in due.select_related("notification").order_by("next_attempt_at")[:AT_ONCE]:
        attempt(delivery)


def attempt(delivery: Delivery) -> bool:
    """Whether it arrived; nothing happens where another process is at it."""
    taken = Delivery.objects.filter(pk=delivery.pk, next_attempt_at=delivery.next_attempt_at)
    later = timezone.now() + PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    if not taken.update(attempts=F("attempts") + 1, next_attempt_at=later):
        return False
    try:
        deliver(delivery)
    except NotDelivered as failure:
        note_failure(delivery, str(failure))
        return False
    except Exception as error:  # whatever it is, it must neither hold up the others nor be tried for ever
        logger.exception("a message to %s could not be sent", delivery.notification)
        note_failure(delivery, f"it failed here ({type(error).__name__})")
        return False
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=timezone.now(), next_attempt_at=None, error="")
    return True


def note_failure(delivery: Delivery, reason: str) -> None:
    row = Delivery.objects.filter(pk=delivery.pk)
    row.update(error=reason[:ERROR_LIMIT])
    if delivery.attempts >= len(PAUSES):
        row.update(next_attempt_at=None)
        logger.warning("a message to %s is given up: %s", delivery.notification, reason)
