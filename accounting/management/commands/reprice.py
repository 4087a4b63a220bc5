"""Give rows of usage the cost that today's prices make for their time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounting.figure_text import money
from accounting.models import UsageQuerySet, UsageRecord
from accounting.periods import beginning, end
from accounting.prices.current import whole_table
from accounting.prices.repricing import Outcome, Repricing, Sums, write_costs


class Command(BaseCommand):
    help = "Price what was used anew, from the prices that are known today for the time of each request."

    def add_arguments(self, parser: CommandParser) -> None:
        moment = "a day (2026-11-01), a time (2026-11-01T12:00), or how long ago (24h, 7d, 4w)"
        parser.add_argument("--since", type=beginning, metavar="WHEN", help=f"from then on: {moment}")
        parser.add_argument("--until", type=end, metavar="WHEN", help="up to then, a day included")
        parser.add_argument("--model", help="only this model, as the backend calls it")
        parser.add_argument("--backend", help="only this backend, by its name")
        parser.add_argument("--only-unknown", action="store_true", help="only rows without a known cost")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:  # Any: Django's own options
        repricing = Repricing(whole_table(), write_nothing if dry_run else write_costs)
        outcome = repricing.run(chosen(**options), self._progress)
        for line in report(outcome):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")

    def _progress(self, looked_at: int, changed: int) -> None:
        self.stderr.write(f"{looked_at:,} rows looked at, {changed:,} with another cost")


def chosen(
    *,
    since: datetime | None,
    until: datetime | None,
    model: str | None,
    backend: str | None,
    only_unknown: bool,
    **_: Any,
) -> UsageQuerySet:
    records = UsageRecord.objects.started_between(since, until)
    wanted = {"routed_model": model, "backend_name": backend}
    records = records.filter(**{name: value for name, value in wanted.items() if value is not None})
    return records.filter(cost=None) if only_unknown else records


def write_nothing(records: Sequence[UsageRecord]) -> None:
    pass


def report(outcome: Outcome) -> Iterator[str]:
    total = Sums()
    for name, sums in sorted(outcome.changed.items()):
        yield f"{name}: {told(sums)}"
        total += sums
    yield f"{outcome.looked_at:,} rows looked at; another cost for {told(total)}"


def told(sums: Sums) -> str:
    before, after = (
        f"{money(amount)}{f' + {unknown:,} unpriced' if unknown else ''}"
        for amount, unknown in ((sums.before, sums.unknown_before), (sums.after, sums.unknown_after))
    )
    return f"{sums.rows:,} rows, {before} before, {after} after"
