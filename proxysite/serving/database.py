"""The database before the first request: migrated and filled by one process at a time, however many start at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

START_LOCK = 7_205_759_403  # any number that other users of the same PostgreSQL are unlikely to choose


@contextmanager
def alone() -> Iterator[None]:
    """Wait for other processes that are starting: of all hosts with PostgreSQL, of this one with SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [START_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [START_LOCK])
    else:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (settings.DATA_DIR / "start.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def migrate() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def release() -> None:
    """Give the connections of the start back; a supervisor needs none while its workers serve."""
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):  # PostgreSQL's only
        close_pool()
