"""Where a click leads: to the rows of a line, or to the report of them by something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounting.reports.asked import Asked
from accounting.reports.groupings import FILTERS, Grouping
from accounting.reports.report import Line
from accounting.reports.selection import Selection
from accounting.rollups.slots import Span, day_of, hour_of, midnight

ROWS = "admin:accounting_usagerecord_changelist"
OTHERWISE = ("client", "model", "session", "day")


def rows_link(selection: Selection) -> str:
    """The usage table with the rows of the selection."""
    wanted: dict[str, str] = {}
    for name, value in selection.filters.items():
        wanted |= rows_having(name, value)
    if selection.since is not None:
        wanted["started_at__gte"] = selection.since.isoformat()
    if selection.until is not None:
        wanted["started_at__lt"] = selection.until.isoformat()
    return f"{reverse(ROWS)}?{urlencode(wanted)}"


def rows_having(name: str, value: str) -> Mapping[str, str]:
    if name != "key":
        return {FILTERS[name].column: value}
    return {"key__id__exact": value} if value else {"key__isnull": "True"}


def narrowed(selection: Selection, by: Grouping, line: Line) -> Selection:
    """To what the line is about."""
    if not by.is_time:
        return replace(selection, filters={**selection.filters, by.name: line.value})
    span = span_of(line)
    since = max(span.start, selection.since or span.start)
    return replace(selection, since=since, until=min(span.end, selection.until or span.end))


def span_of(line: Line) -> Span:
    match line.key:
        case datetime():
            return hour_of(line.key)
        case date():
            return day_of(midnight(line.key))
        case _:
            raise TypeError(line.key)


def next_report(wanted: Asked, by: Grouping, line: Line) -> str:
    """The report of the line, by what people look at next."""
    then = following(wanted, by)
    match line.key:
        case datetime():
            start, end = (f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" for moment in hour_of(line.key))
            return wanted.of_period(by=then, since=start, until=end)
        case date():
            return wanted.of_period(by=then, since=line.value, until=line.value)
        case _:
            return wanted.address({"by": then, by.name: line.value})


def following(wanted: Asked, by: Grouping) -> str:
    """What is not chosen already."""
    return next(name for name in (by.follow, *OTHERWISE) if name not in wanted.filters and name != by.name)
