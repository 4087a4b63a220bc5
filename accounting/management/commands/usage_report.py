"""What was used, by member, team, model, day, session …"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounting.periods import beginning, end
from accounting.reports.groupings import FILTERS, GROUPINGS
from accounting.reports.report import report
from accounting.reports.selection import Selection
from accounting.reports.text import as_csv, as_json, as_table


class Command(BaseCommand):
    help = "Print what was used. Times are the median and the 95th percentile."

    def add_arguments(self, parser: CommandParser) -> None:
        moment = "a day (2026-11-01), a time (2026-11-01T12:00), or how long ago (24h, 7d, 4w)"
        parser.add_argument("--by", choices=GROUPINGS, default="client", help="what to sum up (default: client)")
        parser.add_argument("--since", type=beginning, metavar="WHEN", help=f"from then on: {moment}")
        parser.add_argument("--until", type=end, metavar="WHEN", help="up to then, a day included")
        parser.add_argument("--limit", type=int, help="only the largest so many")
        for name, grouping in FILTERS.items():
            parser.add_argument(f"--{name}", help=f"only rows of this {grouping.title.lower()}")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--csv", action="store_true", help="CSV instead of a table, without the total")
        form.add_argument("--json", action="store_true", help="JSON instead of a table")

    def handle(
        self,
        *args: Any,
        by: str,
        since: datetime | None,
        until: datetime | None,
        limit: int | None,
        csv: bool,
        json: bool,
        **options: Any,
    ) -> None:  # Any: Django's own options
        filters = {name: options[name] for name in FILTERS if options.get(name) is not None}
        selection = Selection(since, until, filters)
        made = report(selection, by, limit)
        if csv:
            self.stdout.writelines(as_csv(made))
        else:
            self.stdout.write(as_json(made, selection).decode() if json else as_table(made))
