"""Remove captured requests."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from proxysite.inspector.retention import older_than, prune


class Command(BaseCommand):
    help = (
        "Remove captured requests that are older than CAPTURE_RETENTION_HOURS. The service does it by itself as well."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, help="keep so many hours only; 0 removes all")

    def handle(self, *args: Any, hours: int | None, **options: Any) -> None:  # Any: Django's own options
        removed = prune() if hours is None else older_than(hours).delete()[0]
        self.stdout.write(f"{removed:,} captured requests removed")
