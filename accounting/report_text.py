"""A report as text: a table for people, or CSV for programs and spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any, NamedTuple

from accounting.reports import ReportLine

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Column(NamedTuple):
    """A figure of a line: its name there and in CSV, its heading, and how people read it."""

    name: str
    heading: str
    form: Callable[[Any], str]  # Any: each column has a type of its own


def whole(value: float) -> str:
    return f"{value:,.0f}"


def percent(value: float) -> str:
    return f"{value:.0%}"


def seconds(milliseconds: float | None) -> str:
    return f"{milliseconds / 1000:.2f} s" if milliseconds is not None else "-"


COLUMNS = (
    Column("requests", "requests", whole),
    Column("failed", "failed", whole),
    Column("input_tokens", "input", whole),
    Column("cache_read_input_tokens", "cache read", whole),
    Column("cache_creation_input_tokens", "cache write", whole),
    Column("output_tokens", "output", whole),
    Column("thinking_tokens", "thinking", whole),
    Column("total_tokens", "total tokens", whole),
    Column("estimated_share", "estimated", percent),
    Column("time_to_first_token_ms", "first token", seconds),
)


def as_table(lines: Sequence[ReportLine], total: ReportLine, by: str) -> str:
    """The lines in aligned columns, the total below them."""
    heading = [by, *(column.heading for column in COLUMNS)]
    body = [[line.label or "(none)", *figures(line)] for line in (*lines, total)]
    widths = [max(map(len, cells)) for cells in zip(heading, *body, strict=True)]
    rule = "-" * (sum(widths) + 2 * len(COLUMNS))
    rows = [aligned(cells, widths) for cells in (heading, *body)]
    return "\n".join([rows[0], rule, *rows[1:-1], rule, rows[-1]])


def figures(line: ReportLine) -> list[str]:
    return [column.form(getattr(line, column.name)) for column in COLUMNS]


def aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, figures to the right."""
    label, *rest = cells
    return "  ".join(
        [label.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
    )


def as_csv(lines: Sequence[ReportLine], by: str) -> str:
    """RFC 4180, figures as plain numbers; without the total, which would be counted twice."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([by, *(column.name for column in COLUMNS)])
    for line in lines:
        writer.writerow([safe_cell(line.label), *(plain(getattr(line, column.name)) for column in COLUMNS)])
    return text.getvalue()


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: clients choose the names of models and sessions."""
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(value: float | None) -> str:
    return "" if value is None else str(round(value, 4))
