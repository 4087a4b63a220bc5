"""What was used, by client, team, model, backend, day or session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounting.models import UsageRecord
from accounting.periods import beginning, end
from accounting.report_text import as_csv, as_table
from accounting.reports import GROUPINGS, lines, total


class Command(BaseCommand):
    help = "Print what was used."

    def add_arguments(self, parser: CommandParser) -> None:
        moment = "a day (2026-11-01), a time (2026-11-01T12:00), or how long ago (24h, 7d, 4w)"
        parser.add_argument("--by", choices=GROUPINGS, default="client", help="what to sum up (default: client)")
        parser.add_argument("--since", type=beginning, metavar="WHEN", help=f"from then on: {moment}")
        parser.add_argument("--until", type=end, metavar="WHEN", help="up to then, a day included")
        parser.add_argument("--csv", action="store_true", help="CSV instead of a table, without the total")

    def handle(
        self, *args: Any, by: str, since: datetime | None, until: datetime | None, csv: bool, **options: Any
    ) -> None:  # Any: Django's own options
        records = UsageRecord.objects.started_between(since, until)
        if csv:
            self.stdout.write(as_csv(lines(records, by), by), ending="")
        else:
            self.stdout.write(as_table(lines(records, by), total(records), by))
