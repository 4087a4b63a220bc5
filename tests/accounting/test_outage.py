"""The database is away for a while: requests go on, and their rows come later (reliability §3.1 I8)."""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from django.db import connection, transaction

from accounting.models import UsageRecord

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def held(driver):
    """Nobody else can write the usage table."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {UsageRecord._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(driver.environment["DATABASE_NAME"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_requests_go_on_while_the_database_is_held_by_another(driver):
    with held(driver):
        process = driver.start("hold", 1.0)
        backlog = int(process.stdout.readline())
        finished = driver.noted("finished")
    process.communicate("go on\n", timeout=60)
    assert backlog >= len(finished) > 20
    rows = driver.settle()
    assert {rows[request]["state"] for request in finished} == {"closed"}
    assert len(rows) == len(finished)
