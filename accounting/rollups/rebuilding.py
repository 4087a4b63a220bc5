"""Hours summed anew from their rows, days from their hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from accounting.models import RollupDue, SessionRollup, UsageQuerySet, UsageRecord, UsageRollup
from accounting.models.rollups import Unit
from accounting.rollups import due
from accounting.rollups.figures import dimensions, from_rollups, from_rows, prefixed
from accounting.rollups.slots import Span, day_of, hour_of

Groups: TypeAlias = QuerySet[Any, dict[str, Any]]  # Any: results are no rows of a model
ROLLUPS: tuple[type[UsageRollup] | type[SessionRollup], ...] = (UsageRollup, SessionRollup)


def rows_of(span: Span) -> UsageQuerySet:
    return UsageRecord.objects.started_between(span.start, span.end)


def rebuild(before: datetime) -> Iterator[Span]:
    """Sum anew whatever is due and ended before then, the oldest first; says what it did after each step."""
    for unit, of, make in ((Unit.HOUR, hour_of, rebuild_hour), (Unit.DAY, day_of, rebuild_day)):
        starts = RollupDue.objects.filter(unit=unit).order_by("start").values_list("start", flat=True)
        for span in [of(start) for start in starts]:
            if span.end <= before:
                make(span)
                yield span


def rebuild_hour(hour: Span) -> None:
    """From its rows; the day of the hour is due then."""
    with transaction.atomic():
        due.taken(Unit.HOUR, hour.start)
        for model in ROLLUPS:
            model.objects.filter(unit=Unit.HOUR, start=hour.start, is_final=False).delete()
            write(model, Unit.HOUR, hour.start, sums_of_rows(model, rows_of(hour)))
        due.note(Unit.DAY, [day_of(hour.start).start])


def rebuild_day(day: Span) -> None:
    """From its hours, whether their rows are there or gone."""
    with transaction.atomic():
        due.taken(Unit.DAY, day.start)
        for model in ROLLUPS:
            model.objects.filter(unit=Unit.DAY, start=day.start).delete()
            write(model, Unit.DAY, day.start, sums_of_hours(model, day))


def sums_of_rows(model: type[Model], rows: UsageQuerySet) -> Groups:
    """One result for each rollup that the rows make."""
    groups: Groups = rows.order_by().values(*dimensions(model)).annotate(**prefixed(from_rows(model)))
    return groups


def sums_of_hours(model: type[UsageRollup] | type[SessionRollup], day: Span) -> Groups:
    hours = model.objects.filter(unit=Unit.HOUR, start__gte=day.start, start__lt=day.end)
    groups: Groups = hours.order_by().values(*dimensions(model)).annotate(**prefixed(from_rollups(model)))
    return groups


def write(model: type[Model], unit: str, start: datetime, groups: Groups, is_final: bool = False) -> None:
    """Bring the groups into the table, without a way through this process."""
    selected, parameters = groups.query.sql_with_params()
    names = ("unit", "start", "is_final", *dimensions(model), *from_rows(model))
    columns = ", ".join(map(connection.ops.quote_name, names))
    statement = (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) "  # noqa: S608 - our own names
        f"SELECT %s, %s, %s, made.* FROM ({selected}) made"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [unit, connection.ops.adapt_datetimefield_value(start), is_final, *parameters])
