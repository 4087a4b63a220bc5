"""Fill the usage table with rows as a team makes them, to measure reports with.

    DATABASE_URL=… python -m tests.accounting.fill --rows 1000000 [--days 90]

The table must exist. The newest rows are of now; their sums are due until `manage.py rebuild_rollups` ran.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

import argparse
import os
import random
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proxysite.settings")

import django

django.setup()

from django.db import connection, transaction

from accounting.models import UsageRecord
from accounting.rollups.due import note_hours

CLIENTS, TEAMS = 200, 10
MODELS = (("opus", 12.0), ("sonnet", 3.0), ("haiku", 0.8), ("local", None))
BATCH = 20_000
MADE = 100_000
"""As many are made here, the others are copies that the database makes."""
MADE_HERE = "length(session_id) = 36"
WRITTEN = {uuid.UUID: lambda value: value.hex, datetime: lambda value: f"{value:%Y-%m-%d %H:%M:%S.%f}"}
"""How Django writes values into SQLite."""
NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
HOURS = [1, 1, 0, 0, 0, 0, 1, 3, 8, 12, 13, 12, 8, 12, 13, 13, 12, 9, 5, 3, 3, 2, 2, 1]
COLUMNS = UsageRecord._meta.concrete_fields
FIELDS = [field.attname for field in COLUMNS]
USUAL = {
    field.attname: field.get_db_prep_save(field.get_default(), connection) for field in COLUMNS if field.name != "id"
}


def sessions(days):
    """Endless: each a client's afternoon with some agents."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        day = today - timedelta(days=random.randrange(days))
        if day.weekday() > 4 and random.random() < 0.8:
            continue
        client = int(random.paretovariate(1.2)) % CLIENTS
        start = day + timedelta(hours=random.choices(range(24), HOURS)[0], minutes=random.randrange(60))
        yield client, start, uuid.uuid4(), random.choice(("", "", uuid.uuid4().hex[:12]))


def rows(count, days):
    made = 0
    for client, moment, session, agent in sessions(days):
        context = 15_000
        for _ in range(random.randrange(5, 120)):
            moment += timedelta(seconds=random.expovariate(1 / 25))
            if made == count or moment > datetime.now(UTC):
                break
            context = min(context + random.randrange(3_000), 180_000)
            yield row(client, moment, session, agent if random.random() < 0.3 else "", context)
            made += 1
        if made == count:
            return


def row(client, moment, session, agent, context):
    model, price = random.choices(MODELS, (5, 3, 2, 1))[0]
    failed = random.random() < 0.02
    cached = 0 if failed else int(context * 0.9 * (random.random() < 0.85))
    output = 0 if failed else int(random.lognormvariate(5.5, 1))
    duration = int(random.lognormvariate(8.5, 0.9))
    cost = None if price is None else (context - cached * 0.9 + output * 5) * price / 1e6
    values = {
        "id": uuid.uuid4(),
        "kind": "message" if random.random() < 0.97 else "attempt",
        "state": "failed" if failed else "closed",
        "started_at": moment,
        "finished_at": moment + timedelta(milliseconds=duration),
        "http_status": 529 if failed else 200,
        "error_type": "overloaded_error" if failed else "",
        "stop_reason": "" if failed else "tool_use",
        "client_id": client + 1,
        "client_name": f"member {client:03}",
        "team_id": client % TEAMS + 1,
        "team_name": f"team {client % TEAMS}",
        "key_id": client + 1,
        "backend_id": 1,
        "backend_name": "local" if model == "local" else "cloud",
        "requested_model": f"claude-{model}",
        "routed_model": f"vendor/{model}-5",
        "mapping": "*",
        "endpoint": "messages",
        "stream": True,
        "session_id": str(session),
        "agent_id": agent,
        "input_tokens": context - cached,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
        "estimated": failed,
        "cost": None if cost is None else f"{cost:.12f}",
        "time_to_first_token_ms": None if failed else int(random.lognormvariate(6.8, 0.6)),
        "duration_ms": duration,
        "saved_input_tokens": random.choice((0, 0, 1_500)),
    }
    return [(USUAL | values)[name] for name in FIELDS]


def write(batch):
    table = UsageRecord._meta.db_table
    names = ", ".join(FIELDS)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for values in batch:
                    copy.write_row(values)
        else:
            marks = ", ".join("%s" for _ in FIELDS)
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(map(for_sqlite, batch)))
        note_hours(values[FIELDS.index("started_at")] for values in batch)


def for_sqlite(values):
    return [WRITTEN.get(type(value), lambda same: same)(value) for value in values]


def copy(number, count):
    """So many of the rows that were made, once more, as other sessions and agents at the same times."""
    table = UsageRecord._meta.db_table
    changed = {
        "id": NEW_ID[connection.vendor],
        "session_id": f"session_id || '-{number}'",
        "agent_id": f"CASE agent_id WHEN '' THEN '' ELSE agent_id || '-{number}' END",
    }
    names = ", ".join(FIELDS)
    values = ", ".join(changed.get(name, name) for name in FIELDS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {MADE_HERE} LIMIT {count}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    random.seed(asked.seed)
    started = time.monotonic()
    first = min(asked.rows, MADE)
    made = rows(first, asked.days)
    while batch := list(islice(made, BATCH)):
        write(batch)
    for number, at in enumerate(range(first, asked.rows, first)):
        copy(number, min(first, asked.rows - at))
    print(f"{asked.rows:,} rows in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
