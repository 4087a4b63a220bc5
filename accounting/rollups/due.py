"""Which hours and days must be summed anew.

The order makes it safe beside other writers: rows first, the note after them, in one transaction. Who sums an hour
removes its note first. So one of the two waits for the other at the note, and either the sums have the rows, or the
note comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounting.models import RollupDue
from accounting.models.rollups import Unit
from accounting.rollups.slots import Span, day_of, hour_of


def note_hours(moments: Iterable[datetime]) -> None:
    """Rows that began at these moments changed; inside of their transaction, after them."""
    note(Unit.HOUR, {hour_of(moment).start for moment in moments})


def note(unit: str, starts: Iterable[datetime]) -> None:
    """In one order everywhere, so that two writers never wait for each other."""
    now = timezone.now()
    RollupDue.objects.bulk_create(
        [RollupDue(unit=unit, start=start, noted_at=now) for start in sorted(starts)],
        batch_size=200,
        update_conflicts=True,
        unique_fields=["unit", "start"],
        update_fields=["noted_at"],
    )


def taken(unit: str, start: datetime) -> bool:
    """Remove the note, waiting for those who write it; whether there was one."""
    return bool(RollupDue.objects.filter(unit=unit, start=start).delete()[0])


def hours() -> list[Span]:
    return [hour_of(start) for start in starts(Unit.HOUR)]


def days(hours: Iterable[Span]) -> list[Span]:
    """Those that were noted, and those of the due hours."""
    return sorted({day_of(start) for start in starts(Unit.DAY)} | {day_of(hour.start) for hour in hours})


def starts(unit: str) -> Iterable[datetime]:
    return RollupDue.objects.filter(unit=unit).order_by("start").values_list("start", flat=True)
