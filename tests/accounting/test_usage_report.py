import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounting.reports.groupings import GROUPINGS
from tests.accounting.samples import record

pytestmark = pytest.mark.django_db


def report(*arguments):
    printed = StringIO()
    call_command("usage_report", *arguments, stdout=printed)
    return printed.getvalue()


def test_it_prints_a_table_by_client():
    record(client_name="Ann", output_tokens=12_000)
    record(client_name="Bob", output_tokens=7)
    first, _, ann, bob, _, total = report().splitlines()
    assert first.split()[:3] == ["client", "cost", "requests"]
    assert [row.split()[0] for row in (ann, bob, total)] == ["Ann", "Bob", "total"]
    assert "12,007" in total


@pytest.mark.parametrize("by", GROUPINGS)
def test_it_prints_csv_and_json_by_anything(by):
    record(output_tokens=12_000)
    (row,) = csv.DictReader(report("--by", by, "--csv").splitlines())
    (line,) = json.loads(report("--by", by, "--json"))["lines"]
    assert (row["requests"], row["output_tokens"]) == ("1", "12000")
    assert (line["requests"], line["output_tokens"]) == (1, 12000)


def test_it_reports_a_period():
    for days in (1, 3, 5):
        record(timedelta(days=days, minutes=1), client_name=f"{days} days ago")
    (row,) = csv.DictReader(report("--since", "4d", "--until", "2d", "--csv").splitlines())
    assert row["client"] == "3 days ago"


def test_it_reports_what_is_chosen():
    record(client_name="Ann", routed_model="big", key_id=3)
    record(client_name="Bob", routed_model="big", key_id=4)
    for chosen in (("--client", "Ann"), ("--key", "3")):
        (row,) = csv.DictReader(report("--by", "model", "--csv", *chosen).splitlines())
        assert row["requests"] == "1"


def test_it_says_what_a_period_is_like():
    with pytest.raises(CommandError, match="'yesterday' is not like 2026-11-01"):
        report("--since", "yesterday")
