"""A report as text: a table for people, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from django.utils import timezone

from accounting.figure_text import money
from accounting.reports.figures import Figures
from accounting.reports.report import Report
from accounting.reports.selection import Selection

OTHERS = "all others"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Column(NamedTuple):
    """A figure: its name there and in CSV, its heading, and how people read it."""

    name: str
    heading: str
    form: Callable[[Any], str]  # Any: each column has a type of its own


def number(value: int) -> str:
    return f"{value:,}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def seconds(milliseconds: float | None) -> str:
    return f"{milliseconds / 1000:.2f} s" if milliseconds is not None else "-"


COLUMNS = (
    Column("requests", "requests", number),
    Column("failed", "failed", number),
    Column("input_tokens", "input", number),
    Column("cache_read_input_tokens", "cache read", number),
    Column("cache_creation_input_tokens", "cache write", number),
    Column("output_tokens", "output", number),
    Column("thinking_tokens", "thinking", number),
    Column("total_tokens", "total tokens", number),
    Column("cached_share", "cached", percent),
    Column("saved_input_tokens", "saved", number),
    Column("estimated_share", "estimated", percent),
    Column("first_token_p50", "first token", seconds),
    Column("first_token_p95", "95 %", seconds),
    Column("duration_p50", "took", seconds),
    Column("duration_p95", "95 %", seconds),
)
MORE = ("cost", "unpriced", "cancelled", "running", "estimated", "web_search_requests")
NAMES = (*(column.name for column in COLUMNS), *MORE)
"""What programs get."""


def spent(figures: Figures) -> str:
    """What is known of it, and how many rows it lacks; a cost of which nothing is known is no zero."""
    if not figures.unpriced:
        return money(figures.cost)
    return f"{money(figures.cost)} + {figures.unpriced:,} unpriced" if figures.picodollars else "unknown"


def as_table(report: Report) -> str:
    """The lines in aligned columns, the total below them."""
    heading = [report.by.name, "cost", *(column.heading for column in COLUMNS)]
    rest = [(OTHERS, report.others)] if report.others else []
    lines = [*((line.label, line.figures) for line in report.lines), *rest, ("total", report.total)]
    body = [[label, spent(of), *(column.form(getattr(of, column.name)) for column in COLUMNS)] for label, of in lines]
    widths = [max(map(len, cells)) for cells in zip(heading, *body, strict=True)]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    rows = [aligned(cells, widths) for cells in (heading, *body)]
    return "\n".join([rows[0], rule, *rows[1:-1], rule, rows[-1]])


def aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, figures to the right."""
    label, *rest = cells
    return "  ".join(
        [label.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
    )


class Echo:
    """What `csv` writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(report: Report) -> Iterator[str]:
    """RFC 4180, figures as plain numbers; without the total, which would be counted twice."""
    writer = csv.writer(Echo())
    yield writer.writerow([report.by.name, *NAMES])
    for line in report.lines:
        yield writer.writerow([safe_cell(line.label), *(plain(getattr(line.figures, name)) for name in NAMES)])
    if report.others:
        yield writer.writerow([OTHERS, *(plain(getattr(report.others, name)) for name in NAMES)])


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: clients choose the names of models and sessions."""
    text = text.replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(value: float | Decimal | None) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case _:
            return str(round(value, 4))


def as_json(report: Report, selection: Selection) -> bytes:
    """Money is text, so that no program makes a binary fraction of it."""
    told = {
        "by": report.by.name,
        "since": selection.since,
        "until": selection.until,
        "time_zone": timezone.get_current_timezone_name(),
        "filters": dict(selection.filters),
        "total": told_figures(report.total),
        "lines": [{"label": line.label, "value": line.value, **told_figures(line.figures)} for line in report.lines],
        "others": told_figures(report.others) if report.others else None,
    }
    return msgspec.json.encode(told)


def told_figures(figures: Figures) -> dict[str, object]:
    return {name: getattr(figures, name) for name in NAMES}
