"""Whether sums equal their rows, hour by hour and day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from accounting.models import SessionRollup, UsageRollup
from accounting.models.rollups import Unit
from accounting.rollups import due
from accounting.rollups.figures import dimensions, from_rows, plain
from accounting.rollups.rebuilding import ROLLUPS, rows_of, sums_of_hours, sums_of_rows
from accounting.rollups.slots import Span, day_of, merged, without

Rollups = type[UsageRollup] | type[SessionRollup]


class Difference(NamedTuple):
    """What the sums of an hour or a day say, and what they should."""

    table: str
    unit: str
    span: Span
    figure: str
    kept: int
    right: int


def differences(hours: Iterable[Span]) -> Iterator[Difference]:
    """Of these hours and their days, those that are due left out: nothing reads their sums."""
    due_hours = due.hours()
    due_days = due.days(due_hours)
    fresh = [hour for hour in hours if is_outside(hour, due_hours)]
    days = sorted({day_of(hour.start) for hour in fresh})
    for model in ROLLUPS:
        for hour in fresh:
            kept = model.objects.filter(unit=Unit.HOUR, start=hour.start, is_final=False)
            yield from compared(model, Unit.HOUR, hour, kept.values(), sums_of_rows(model, rows_of(hour)))
        for day in days:
            if is_outside(day, due_days):
                kept = model.objects.filter(unit=Unit.DAY, start=day.start)
                yield from compared(model, Unit.DAY, day, kept.values(), sums_of_hours(model, day))


def is_outside(span: Span, others: Iterable[Span]) -> bool:
    return list(without(span, merged(others))) == [span]


def compared(
    model: Rollups, unit: str, span: Span, kept: Iterable[Mapping[str, Any]], right: Iterable[Mapping[str, Any]]
) -> Iterator[Difference]:
    """In every figure of every combination of what it is summed by."""
    names = dimensions(model)
    sums = [by_dimensions(names, groups) for groups in (kept, map(plain, right))]
    for key in sorted(set(sums[0]) | set(sums[1]), key=str):
        for figure in from_rows(model):
            before, after = (of[key].get(figure, 0) for of in sums)
            if before != after:
                yield Difference(model._meta.db_table, unit, span, f"{figure} of {key}", before, int(after))


def by_dimensions(
    names: Iterable[str], groups: Iterable[Mapping[str, Any]]
) -> defaultdict[tuple[Any, ...], dict[str, Any]]:
    """The figures of the groups; rollups of the same dimensions are added."""
    found: defaultdict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for group in groups:
        figures = found[tuple(group[name] for name in names)]
        for name, value in group.items():
            if isinstance(value, int) and name not in names:
                figures[name] = figures.get(name, 0) + value
    return found
