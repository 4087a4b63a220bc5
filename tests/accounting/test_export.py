import csv
import json
import threading
import uuid
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounting import export
from accounting.export import exported
from accounting.models import UsageRecord
from accounting.prices.repricing import write_costs
from accounting.rollups.pruning import cutoff, prune
from accounting.usage_table import store
from tests.accounting.samples import closing, entry, opening, record

pytestmark = pytest.mark.django_db


def names(cursor=0):
    return [row["client_name"] for row in exported(cursor)]


def last_cursor():
    return max((row["cursor"] for row in exported(0)), default=0)


def run(*arguments):
    out, told = StringIO(), StringIO()
    call_command("export_usage", *arguments, stdout=out, stderr=told)
    return out.getvalue(), int(told.getvalue().removeprefix("cursor "))


def test_it_has_only_what_is_final():
    record(client_name="done")
    record(client_name="running", state="open")
    assert names() == ["done"]


def test_a_row_that_comes_late_is_behind_no_cursor():
    record(client_name="first")
    cursor = last_cursor()
    record(timedelta(days=40), client_name="late")
    assert names(cursor) == ["late"]
    assert names() == ["first", "late"]


def test_nothing_comes_twice():
    for number in range(3):
        record(client_name=str(number))
    cursor = last_cursor()
    assert names(cursor) == []


def test_a_row_with_another_cost_comes_again():
    row = record(client_name="repriced")
    record(client_name="as before")
    cursor = last_cursor()
    row.cost, row.export_number = Decimal(1), None
    write_costs([row])
    assert [(each["client_name"], each["cost"]) for each in exported(cursor)] == [("repriced", Decimal(1))]


def test_a_row_that_was_closed_by_guess_comes_again_with_its_true_end():
    asked = opening(client_name="found")
    record(id=asked.request_id, client_name="found", state="interrupted", error_type="journal_lost")
    cursor = last_cursor()
    store([entry(asked, closing())], "journal")
    (row,) = exported(cursor)
    assert (row["state"], row["output_tokens"]) == ("closed", 5)


def test_numbers_are_not_used_again_when_rows_are_removed():
    record(timedelta(days=10), client_name="old")
    cursor = last_cursor()
    assert sum(prune(cutoff(5))) == 1
    record(client_name="new")
    assert names(cursor) == ["new"]


def test_rows_wait_for_their_export_before_they_are_removed():
    record(client_name="now")
    last_cursor()
    record(timedelta(days=10), client_name="old")
    assert sum(prune(cutoff(5))) == 0
    last_cursor()
    assert sum(prune(cutoff(5))) == 1


def test_it_has_many_batches(monkeypatch):
    monkeypatch.setattr(export, "BATCH", 2)
    for number in range(5):
        record(timedelta(minutes=5 - number), client_name=str(number))
    assert names() == list("01234")


def test_lines_are_json_with_exact_money():
    row = record(client_name="Ann", cost=Decimal("0.000000000001"), notices=[{"code": "x", "detail": "y"}])
    printed, cursor = run()
    (told,) = map(json.loads, printed.splitlines())
    assert (told["id"], Decimal(told["cost"]), told["cursor"]) == (str(row.pk), row.cost, cursor)
    assert told["notices"] == [{"code": "x", "detail": "y"}]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_nothing_spent_is_written_in_digits(form):
    record(cost=Decimal(0))
    assert "0E-12" not in run("--format", form)[0]


def test_the_next_export_begins_where_the_last_one_ended():
    for number in range(3):
        record(timedelta(minutes=5 - number), client_name=str(number))
    printed, cursor = run("--limit", "2")
    assert len(printed.splitlines()) == 2
    printed, end = run("--since-cursor", str(cursor))
    assert [json.loads(line)["client_name"] for line in printed.splitlines()] == ["2"]
    assert run("--since-cursor", str(end)) == ("", end)


def test_csv_equals_the_table():
    for number in range(3):
        record(client_name="=1+1", input_tokens=number, cost=Decimal(number))
    rows = list(csv.DictReader(run("--format", "csv")[0].splitlines()))
    kept = UsageRecord.objects.order_by("export_number")
    assert [(row["id"], int(row["input_tokens"]), Decimal(row["cost"])) for row in rows] == [
        (str(row.pk), row.input_tokens, row.cost) for row in kept
    ]
    assert rows[0]["client_name"] == "'=1+1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_nothing_is_skipped_while_others_write():
    threads = [threading.Thread(target=write_rows) for _ in range(4)]
    for thread in threads:
        thread.start()
    seen, cursor, running = set(), 0, True
    while running:
        running = any(thread.is_alive() for thread in threads)
        for row in exported(cursor):
            cursor = row["cursor"]
            seen.add(row["id"])
    assert seen == set(UsageRecord.objects.values_list("pk", flat=True))
    assert len(seen) == 200


def write_rows():
    try:
        for _ in range(10):
            store([entry(opening(), closing()) for _ in range(5)], uuid.uuid4().hex)
    finally:
        connection.close()
