"""Hours and days that rows are summed up in.

A day begins at midnight in TIME_ZONE. Its hours are counted from there: so they fill it exactly, in zones that are half
an hour off as well, and on days when clocks change (whose last hour may be a shorter one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

HOUR = timedelta(hours=1)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """From its start, up to before its end."""

    start: datetime
    end: datetime


def midnight(day: date) -> datetime:
    """When the day begins."""
    return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC)


def local_day(moment: datetime) -> date:
    return timezone.localdate(moment)


def day_of(moment: datetime) -> Span:
    """The day that the moment is in."""
    day = local_day(moment)
    return Span(midnight(day), midnight(day + timedelta(days=1)))


def hour_of(moment: datetime) -> Span:
    """The hour of its day that the moment is in."""
    day = day_of(moment)
    start = day.start + (moment - day.start) // HOUR * HOUR
    return Span(start, min(start + HOUR, day.end))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as there can be, in their order."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.start >= span.end:
            continue
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """What of the span is in none of the holes."""
    start = span.start
    for hole in merged(holes):
        if hole.end <= start:
            continue
        if hole.start >= span.end:
            break
        if hole.start > start:
            yield Span(start, hole.start)
        start = hole.end
    if start < span.end:
        yield Span(start, span.end)
