"""Old rows are removed, their sums stay.

An hour at a time: in one transaction its rows are removed and their sums become final. Rows that come later into such
an hour are summed beside what is final, and become final themselves the next time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounting.models import ExportCounter, UsageQuerySet, UsageRecord
from accounting.models.rollups import Unit
from accounting.rollups import due
from accounting.rollups.rebuilding import ROLLUPS, rebuild_hour, sums_of_rows, write
from accounting.rollups.slots import Span, hour_of, local_day, midnight

MOST_DAYS = 36_500
"""A century: dates end at the year 1."""


def cutoff(days: int) -> datetime:
    """Rows of the last so many days stay, and those of today."""
    return midnight(local_day(timezone.now()) - timedelta(days=days))


def prunable(before: datetime) -> UsageQuerySet:
    """A request that still runs is not old; and where rows are exported, they wait for that."""
    old = UsageRecord.objects.started_between(None, before).exclude(state=UsageRecord.State.OPEN)
    return old.exclude(export_number=None) if ExportCounter.objects.exists() else old


def prune(before: datetime) -> Iterator[int]:
    """Remove the rows from before then, the oldest first; says after each hour how many they were."""
    while oldest := prunable(before).order_by("started_at").values_list("started_at", flat=True).first():
        yield prune_hour(hour_of(oldest))


def prune_hour(hour: Span) -> int:
    with transaction.atomic():
        rows = prunable(hour.end).filter(started_at__gte=hour.start)
        list(rows.select_for_update().values_list("pk"))
        due.note(Unit.HOUR, [hour.start])  # from here to the commit no rows of others become visible in this hour
        for model in ROLLUPS:
            write(model, Unit.HOUR, hour.start, sums_of_rows(model, rows), is_final=True)
        removed, _ = rows.delete()
        rebuild_hour(hour)
    return removed
