"""Sums from rollups and rows, brought together by what they have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Aggregate, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone

from accounting.models import SessionRollup, UsageRecord, UsageRollup
from accounting.reports.figures import Figures, figures
from accounting.reports.groupings import HOUR, Grouping, about_sessions
from accounting.reports.selection import Selection
from accounting.rollups.coverage import covering
from accounting.rollups.figures import from_rollups, from_rows, plain, prefixed
from accounting.rollups.slots import HOUR as HOUR_LONG
from accounting.rollups.slots import hour_of, local_day

Key = tuple[Any, ...]
"""A value for each grouping: text, the number of a key, a day, the beginning of an hour."""
Sources = tuple[type[UsageRollup] | type[SessionRollup], list[QuerySet[Any, Any]], QuerySet[Any, Any] | None]
BY = "by_"
TOTAL = F("input_tokens") + F("cache_read_input_tokens") + F("cache_creation_input_tokens") + F("output_tokens")
MOST_LIVE = 2_000


def read(
    selection: Selection, by: Sequence[Grouping], only: Q | None = None, names: Collection[str] | None = None
) -> dict[Key, Figures]:
    """The figures of each group; `only` some of the rows, and only those figures that are named."""
    found: dict[Key, Figures] = {}
    for key, sums in parts(selection, by, only or Q(), names):
        found[key] = found[key] + sums if key in found else sums
    return found


def parts(
    selection: Selection, by: Sequence[Grouping], only: Q, names: Collection[str] | None
) -> Iterator[tuple[Key, Figures]]:
    """A group may be among the sums and among the rows."""
    model, rollups, rows = sources(selection, by)
    aggregates = named(from_rollups(model), names)
    for part in rollups:
        yield from groups(part.filter(only), {each: of_rollups(each) for each in by}, aggregates)
    if rows is not None:
        yield from groups(rows.filter(only), {each: of_rows(each) for each in by}, named(from_rows(model), names))


def sources(selection: Selection, by: Sequence[Grouping]) -> Sources:
    """The sums of the selection, in parts, and its rows."""
    model = SessionRollup if selection.about_sessions or any(map(about_sessions, by)) else UsageRollup
    cover = covering(selection.since, selection.until, by_hour=HOUR in by)
    rollups = [model._default_manager.filter(part, selection.condition) for part in cover.rollups]
    rows = UsageRecord.objects.filter(cover.rows, selection.condition) if cover.rows is not None else None
    return model, rollups, rows


def leaders(selection: Selection, grouping: Grouping, limit: int) -> set[Any] | None:
    """Among these are the largest so many; None where they are not to be had without reading all.

    What is in no row counts for its sums alone, so it must be among the largest of those.
    """
    _, rollups, rows = sources(selection, [grouping])
    column = grouping.column
    found = (
        set(rows.order_by().values_list(column, flat=True).distinct()[: MOST_LIVE + 1]) if rows is not None else set()
    )
    if len(found) > MOST_LIVE:
        return None
    return found.union(largest(rollups, column, limit) if rollups else ())


def largest(rollups: Sequence[QuerySet[Any, Any]], column: str, limit: int) -> list[Any]:
    """By what they come to in all parts together, which Django cannot sum up in one query."""
    parts = [part.order_by().annotate(tokens=TOTAL).values_list(column, "picodollars", "tokens") for part in rollups]
    selected, parameters = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    statement = (
        f"WITH part (name, dollars, tokens) AS ({selected}) "  # noqa: S608 - our own names
        "SELECT name FROM part GROUP BY name ORDER BY SUM(dollars) DESC, SUM(tokens) DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, limit])
        return [name for (name,) in cursor.fetchall()]


def groups(
    rows: QuerySet[Any, Any], by: Mapping[Grouping, Combinable], aggregates: Mapping[str, Aggregate]
) -> Iterator[tuple[Key, Figures]]:
    wanted = {f"{BY}{each.name}": expression for each, expression in by.items()}
    results = rows.order_by()
    if not wanted:
        whole = plain(results.aggregate(**prefixed(aggregates)))
        yield (), figures(whole)
        return
    for group in results.values(**wanted).annotate(**prefixed(aggregates)):
        key = tuple(value_of(each, group.pop(name)) for each, name in zip(by, wanted, strict=True))
        yield key, figures(plain(group))


def of_rollups(grouping: Grouping) -> Combinable:
    return F("start") if grouping.is_time else F(grouping.column)


def of_rows(grouping: Grouping) -> Combinable:
    if grouping is HOUR:
        return TruncHour("started_at", tzinfo=UTC if has_whole_hours() else None)
    return TruncDate("started_at") if grouping.is_time else F(grouping.column)


def has_whole_hours() -> bool:
    """Whether hours of the local zone are hours of UTC, which has each of them once when clocks are set back."""
    zone = timezone.get_current_timezone()
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    return all(offset is not None and not offset % HOUR_LONG for offset in offsets)


def value_of(grouping: Grouping, value: Any) -> Any:
    """The same for rollups and for rows."""
    if not grouping.is_time:
        return value
    if grouping is HOUR:
        return hour_of(value).start
    return local_day(value) if isinstance(value, datetime) else value


def named(aggregates: Mapping[str, Aggregate], names: Collection[str] | None) -> Mapping[str, Aggregate]:
    return {name: each for name, each in aggregates.items() if names is None or name in names}
