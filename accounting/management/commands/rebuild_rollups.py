"""Sum rows of usage anew, or check that the sums equal them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max, Min
from django.utils import timezone

from accounting.models import UsageRecord
from accounting.periods import beginning, end
from accounting.rollups import due
from accounting.rollups.checking import differences
from accounting.rollups.rebuilding import rebuild
from accounting.rollups.slots import Span, hour_of

MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Sum all rows of usage anew for the reports, hour by hour; sums of rows that were removed are kept. "
        "The service does it by itself: this is for when somebody changed rows by hand, or TIME_ZONE."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        moment = "a day (2026-11-01), a time (2026-11-01T12:00), or how long ago (24h, 7d, 4w)"
        parser.add_argument("--since", type=beginning, metavar="WHEN", help=f"from then on: {moment}")
        parser.add_argument("--until", type=end, metavar="WHEN", help="up to then, a day included")
        parser.add_argument("--check", action="store_true", help="only compare; the exit status is 1 if they differ")

    def handle(
        self, *args: Any, since: datetime | None, until: datetime | None, check: bool, **options: Any
    ) -> None:  # Any: Django's own options
        hours = list(hours_with_rows(since, until))
        if check:
            self._check(hours)
            return
        due.note_hours(hour.start for hour in hours)
        done = sum(1 for _ in rebuild(timezone.now()))
        self.stdout.write(f"{done:,} hours and days summed anew")

    def _check(self, hours: list[Span]) -> None:
        found = list(differences(hours))
        for each in found[:MOST_SHOWN]:
            self.stdout.write(
                f"{each.table}, {each.unit} of {timezone.localtime(each.span.start):%Y-%m-%d %H:%M}: "
                f"{each.figure} is {each.kept}, should be {each.right}"
            )
        if found:
            raise CommandError(f"{len(found):,} sums differ from their rows.")
        self.stdout.write(f"The sums of {len(hours):,} hours equal their rows.")


def hours_with_rows(since: datetime | None, until: datetime | None) -> Iterator[Span]:
    """From the first row's to the last one's."""
    ends = UsageRecord.objects.started_between(since, until).aggregate(first=Min("started_at"), last=Max("started_at"))
    if ends["first"] is None:
        return
    hour = hour_of(ends["first"])
    while hour.start <= ends["last"]:
        yield hour
        hour = hour_of(hour.end)
