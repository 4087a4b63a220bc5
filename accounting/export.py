"""Rows for a warehouse: each once it is final, in an order that only grows.

Rows become final in any order and on any host, so neither their times nor their ids can say what is new. The export
gives them numbers itself: whoever exports locks the one row of `ExportCounter`, numbers what has no number yet, and
commits; so numbers become visible in their order, and nothing appears behind a cursor. What changes once more (a cost,
or a row that was closed by guess) loses its number and is exported again: of several rows with one id the last holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection, transaction

from accounting.models import ExportCounter, UsageRecord
from accounting.reports.text import Echo, safe_cell

BATCH = 5_000
FIELDS = tuple(field.attname for field in UsageRecord._meta.concrete_fields if field.name != "export_number")

Row = Mapping[str, Any]  # Any: values of every column


def exported(cursor: int) -> Iterator[Row]:
    """All final rows after the cursor; that of a row is its `cursor`."""
    while number_rows():
        pass
    rows = UsageRecord.objects.order_by("export_number")
    while batch := list(rows.filter(export_number__gt=cursor).values("export_number", *FIELDS)[:BATCH]):
        for values in batch:
            cursor = values.pop("export_number")
            yield {"cursor": cursor, **values}


@transaction.atomic
def number_rows() -> int:
    """Number some of the rows that are final; how many they were."""
    ExportCounter.objects.get_or_create(pk=1)
    counter = ExportCounter.objects.select_for_update().get(pk=1)
    table = connection.ops.quote_name(UsageRecord._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET export_number = %s + chosen.place FROM ("  # noqa: S608 - the name of our own table
            f"SELECT id, row_number() OVER (ORDER BY started_at, id) AS place FROM {table} "
            f"WHERE export_number IS NULL AND state <> %s ORDER BY started_at, id LIMIT %s"
            f") AS chosen WHERE {table}.id = chosen.id",
            [counter.last, UsageRecord.State.OPEN, BATCH],
        )
        count: int = cursor.rowcount
    counter.last += count
    counter.save()
    return count


def as_lines(rows: Iterator[Row]) -> Iterator[str]:
    """JSON, a row a line; money as text."""
    encoder = msgspec.json.Encoder()
    for row in rows:
        yield encoder.encode({name: plain(value) for name, value in row.items()}).decode() + "\n"


def plain(value: Any) -> Any:  # Any: values of every column
    """Money in digits alone: nothing spent would else be "0E-12"."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def as_csv(rows: Iterator[Row]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(("cursor", *FIELDS))
    for row in rows:
        yield writer.writerow([cell(value) for value in row.values()])


def cell(value: Any) -> str:  # Any: values of every column
    match value:
        case None:
            return ""
        case str():
            return safe_cell(value)
        case list():
            return msgspec.json.encode(value).decode()
        case _:
            return str(plain(value))
