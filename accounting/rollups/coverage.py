"""Where the sums of a period come from: days, hours or rows, each moment from exactly one of them.

What is due is read first. A rollup that is read after that is as good as it was then, or newer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from accounting.models.rollups import Unit
from accounting.rollups import due
from accounting.rollups.slots import EVER, Span, day_of, hour_of, merged, without

MOMENT = timedelta(microseconds=1)
MOST_SPANS = 100
"""As many parts of a period are told apart, for conditions have their limits; the rows between are right too."""


class Coverage(NamedTuple):
    """Conditions on rollups, one for each kind of them, and on rows; None where no row is to be read.

    They are to be read one by one: no index helps with all of them at once.
    """

    rollups: tuple[Q, ...]
    rows: Q | None


def covering(since: datetime | None, until: datetime | None, *, by_hour: bool = False) -> Coverage:
    """All that began in this period. `by_hour` is for those who must tell the hours of a day apart."""
    period = Span(since or EVER[0], until or EVER[1])
    if period.start >= period.end:
        return Coverage((), None)
    due_hours = due.hours()
    live = few([*within(period, due_hours), *without(period, [whole(hour_of, period)])])
    days = [] if by_hour else whole_days(period, [*due.days(due_hours), *map(days_around, live)])
    hours = list(without(period, [*live, *days]))
    parts = ((Q(unit=Unit.DAY), days), (Q(unit=Unit.HOUR), hours), (Q(unit=Unit.HOUR, is_final=True), live))
    rollups = tuple(unit & during("start", spans) for unit, spans in parts if spans)
    return Coverage(rollups, during("started_at", live) if live else None)


def whole(of: Callable[[datetime], Span], period: Span) -> Span:
    """The part of a period that is made of whole hours, or of whole days; it may be none."""
    first = of(period.start)
    return Span(first.start if first.start == period.start else first.end, of(period.end).start)


def whole_days(period: Span, due_days: Iterable[Span]) -> list[Span]:
    span = whole(day_of, period)
    return list(without(span, due_days)) if span.start < span.end else []


def within(period: Span, spans: Iterable[Span]) -> list[Span]:
    return [Span(max(span.start, period.start), min(span.end, period.end)) for span in spans]


def few(spans: Iterable[Span]) -> list[Span]:
    found = merged(spans)
    return found if len(found) <= MOST_SPANS else [Span(found[0].start, found[-1].end)]


def days_around(span: Span) -> Span:
    return Span(day_of(span.start).start, day_of(span.end - MOMENT).end)


def during(name: str, spans: Sequence[Span]) -> Q:
    return any_of([Q(**{f"{name}__gte": span.start, f"{name}__lt": span.end}) for span in spans])


def any_of(conditions: Sequence[Q]) -> Q:
    return reduce(or_, conditions)
