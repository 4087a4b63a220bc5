"""Rows of usage for a warehouse."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounting.export import Row, as_csv, as_lines, exported

FORMATS = {"jsonl": as_lines, "csv": as_csv}


class Command(BaseCommand):
    help = (
        "Print the rows of usage that became final, or changed, since an earlier export. The cursor for the next "
        "export is that of the last row; it is said at the end, apart from the rows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since-cursor", type=int, default=0, metavar="CURSOR", help="where the last export ended")
        parser.add_argument("--format", choices=FORMATS, default="jsonl")
        parser.add_argument("--limit", type=int, help="no more rows than this")

    def handle(
        self, *args: Any, since_cursor: int, format: str, limit: int | None, **options: Any
    ) -> None:  # Any: Django's own options
        self._cursor = since_cursor
        rows = islice(exported(since_cursor), limit)
        self.stdout.writelines(FORMATS[format](map(self._passed, rows)))
        self.stderr.write(f"cursor {self._cursor}")

    def _passed(self, row: Row) -> Row:
        self._cursor = row["cursor"]
        return row
