"""Remove old rows of usage; what they add up to stays in the reports."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounting.rollups.pruning import MOST_DAYS, cutoff, prunable, prune


class Command(BaseCommand):
    help = "Remove rows of usage that are old; the reports keep their sums. The service does it by itself as well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, help="keep so many days and today; without it USAGE_RETENTION_DAYS")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")

    def handle(self, *args: Any, days: int | None, dry_run: bool, **options: Any) -> None:  # Any: Django's own options
        days = settings.USAGE_RETENTION_DAYS if days is None else days
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(
                "Say how many days to keep: --days 90, or USAGE_RETENTION_DAYS=90. A century is the most."
            )
        before = cutoff(days)
        count = prunable(before).count() if dry_run else sum(prune(before))
        done = "would be removed" if dry_run else "removed, their sums kept"
        self.stdout.write(f"{count:,} rows from before {timezone.localtime(before):%Y-%m-%d} {done}")
