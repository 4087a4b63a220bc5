"""How a journal's entries get into the usage table: one statement that may be repeated at will.

An open row gives way to whatever came later; a final one stays. The exception is a row that was closed by guess,
because nobody heard of its journal for long: should the journal turn up, what it says is better.

Names, models and ids come from clients. Nothing in them can make the database refuse a row, for one refused row would
hold up all that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from django.db import connection, models, transaction
from msgspec.structs import asdict

from accounting.budgets import settlement
from accounting.entries import Closing, Entry, Opening
from accounting.models import UsageRecord
from accounting.models.usage import LOST
from accounting.prices.rates import amount, charge
from accounting.rollups.due import note_hours
from conversion.notices import Notice
from conversion.usage import Usage

NO_END = dict.fromkeys(
    ("finished_at", "http_status", "error_type", "stop_reason", "time_to_first_token_ms", "duration_ms")
) | {"notices": [], "export_number": None}
"""What is not known of an open request."""

NOTICES = 100
NOTICE_LENGTH = 500


def store(entries: Sequence[Entry], journal: str) -> None:
    """Bring the entries into the table, all or none of them, and what they spent into their budgets."""
    rows = [row(entry, journal) for entry in entries]
    with transaction.atomic(), connection.cursor() as cursor:
        spendings = settlement.spendings(entries, journal)
        cursor.executemany(statement(), rows)
        settlement.settle(spendings)
        note_hours(moment(entry.opening.started_at) for entry in entries)


def row(entry: Entry, journal: str) -> list[Any]:  # Any: whatever the database's driver takes
    """The entry's values in the order of the statement."""
    values = {**beginning(entry), "journal": journal}
    if entry.closing is not None:
        values |= ending(entry.opening, entry.closing)
    return [prepare(values[name]) for name, prepare in columns()]


def beginning(entry: Entry) -> dict[str, object]:
    """What is known of an open request: estimates, and no end."""
    opening = entry.opening
    so_far = Usage(input_tokens=opening.estimated_input_tokens, output_tokens=entry.output_tokens, estimated=True)
    return {
        **NO_END,
        **asdict(opening),
        **figures(so_far),
        **costs(opening, so_far, UsageRecord.State.OPEN),
        "id": opening.request_id,
        "state": UsageRecord.State.OPEN,
        "started_at": moment(opening.started_at),
    }


def ending(opening: Opening, closing: Closing) -> dict[str, object]:
    """What the closing tells."""
    duration = closing.duration
    return {
        **asdict(closing),
        **figures(closing.usage),
        **costs(opening, closing.usage, closing.state),
        "finished_at": moment(opening.started_at + duration) if duration is not None else None,
        "notices": [told(notice) for notice in closing.notices[:NOTICES]],
        "time_to_first_token_ms": milliseconds(closing.time_to_first_token),
        "duration_ms": milliseconds(duration),
    }


def figures(usage: Usage) -> dict[str, object]:
    return {**asdict(usage), "reported_cost": amount(usage.cost)}


def costs(opening: Opening, usage: Usage, state: str) -> dict[str, object]:
    """Priced by what the journal knows, so that anybody who has it comes to the same amount."""
    charged = charge(opening.rates, usage, state)
    return {"cost": charged.cost, "price_source": charged.source}


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def told(notice: Notice) -> dict[str, str]:
    return {"code": plain(notice.code, NOTICE_LENGTH), "detail": plain(notice.detail, NOTICE_LENGTH)}


def plain(text: str | None, length: int) -> str:
    """A text that every database takes: PostgreSQL knows no NUL."""
    return (text or "").replace("\0", "")[:length]


def bounded(number: int | None, largest: int) -> int | None:
    return None if number is None else max(0, min(number, largest))


@cache
def columns() -> list[tuple[str, Callable[[Any], object]]]:
    """Every column's attribute, and what makes a value fit for the database."""
    return [(field.attname, preparation(field)) for field in UsageRecord._meta.concrete_fields]


def preparation(field: models.Field[Any, Any]) -> Callable[[Any], object]:  # Any: fields of every type
    match field:
        case models.CharField(max_length=int(length)):
            return partial(plain, length=length)
        case models.BigIntegerField():
            return partial(bounded, largest=2**63 - 1)
        case models.IntegerField():
            return partial(bounded, largest=2**31 - 1)
        case models.ForeignKey() | models.BooleanField():
            return lambda value: value
        case models.UUIDField() if not connection.features.has_native_uuid_field:
            return lambda value: None if value is None else value.hex
        case models.DateTimeField():
            return lambda value: connection.ops.adapt_datetimefield_value(value)
        case _:
            return partial(field.get_db_prep_save, connection=connection)


@cache
def statement() -> str:
    """INSERT … ON CONFLICT … DO UPDATE, for SQLite and PostgreSQL alike."""
    quoted = connection.ops.quote_name
    table = quoted(UsageRecord._meta.db_table)
    names = [quoted(field.attname) for field in UsageRecord._meta.concrete_fields]
    values = ", ".join("%s" for _ in names)
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) "  # noqa: S608 - names of our own columns
        f"ON CONFLICT (id) DO UPDATE SET {updates} "
        f"WHERE {table}.state = '{UsageRecord.State.OPEN}' OR {table}.error_type = '{LOST}'"
    )
