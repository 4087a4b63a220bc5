"""What one process does for all, as long as it lives."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounting.models import Turn


def take_turn(name: str, every: timedelta) -> bool:
    """Whether it is ours now; it may pass to another process even while we are at it, which must do no harm."""
    now = timezone.now()
    Turn.objects.get_or_create(name=name, defaults={"until": now})
    return bool(Turn.objects.filter(name=name, until__lte=now).update(until=now + every))
