from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounting.models import RollupDue, UsageRecord
from accounting.prices import repricing
from tests.accounting.prices.samples import price
from tests.accounting.samples import record
from tests.routing.factories import backend, backend_model

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
USED = {"input_tokens": 1_000_000, "output_tokens": 100_000}


@pytest.fixture
def server():
    return backend("ours")


def row(server, ago=DAY, **fields):
    backend_of = {"backend_id": server.pk, "backend_name": server.name, "routed_model": "big"} if server else {}
    return record(ago, **{**backend_of, **USED, **fields})


def reprice(*options):
    printed = StringIO()
    call_command("reprice", *options, stdout=printed, stderr=StringIO())
    return printed.getvalue()


def booked(of):
    of.refresh_from_db()
    return of.cost, of.price_source


PRICED = (Decimal(3), "admin")
UNKNOWN = (None, "")


def test_it_prices_what_was_unknown(server):
    used = row(server)
    price("big")
    printed = reprice()
    assert booked(used) == PRICED
    assert printed.splitlines() == [
        "big at ours: 1 rows, $0.00 + 1 unpriced before, $3.00 after",
        "1 rows looked at; another cost for 1 rows, $0.00 + 1 unpriced before, $3.00 after",
    ]


def test_it_prices_what_was_cached_for_an_hour(server):
    used = row(server, cache_creation_input_tokens=1_000_000, cache_creation_1h_input_tokens=500_000)
    price("big", cache_write=4, cache_write_1h=6)
    reprice()
    assert booked(used) == (Decimal(8), "admin")


def test_a_dry_run_changes_nothing(server):
    used = row(server)
    price("big")
    printed = reprice("--dry-run")
    assert booked(used) == UNKNOWN
    assert "1 rows, $0.00 + 1 unpriced before, $3.00 after" in printed
    assert printed.endswith("Dry run: nothing was written.\n")


def test_each_row_has_the_price_of_its_time(server):
    old, new = row(server, 10 * DAY), row(server)
    price("big", input=1, output=0)
    price("big", input=5, output=0, valid_from=timezone.now() - 5 * DAY)
    reprice()
    assert (booked(old)[0], booked(new)[0]) == (1, 5)


def test_the_second_run_changes_nothing(server):
    row(server)
    price("big")
    reprice()
    assert reprice() == "1 rows looked at; another cost for 0 rows, $0.00 before, $0.00 after\n"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"reported_cost": Decimal("0.5")}, (Decimal("0.5"), "reported"), id="the backend said it"),
        pytest.param({"state": "open"}, UNKNOWN, id="open: its journal will write it again"),
        pytest.param({"state": "failed", "estimated": True, "output_tokens": 0}, (0, ""), id="refused"),
        pytest.param({"service_tier": "flex"}, PRICED, id="a tier that has no price of its own"),
        pytest.param({"kind": "judge"}, PRICED, id="what the gateway asked for itself"),
    ],
)
def test_it_books_as_the_journal_does(server, fields, expected):
    used = row(server, **fields)
    price("big")
    reprice()
    assert booked(used) == expected


KNOWN = {"cost": Decimal(7)}


@pytest.mark.parametrize("source", ["backend", "catalogue"])
def test_a_price_that_nobody_knows_any_more_stays(server, source):
    used = row(server, price_source=source, **KNOWN)
    reprice()
    assert booked(used) == (7, source)


def test_what_a_list_said_then_is_not_replaced_by_what_it_says_now(server):
    used = row(server, price_source="backend", **KNOWN)
    backend_model(server, "big", discovered_prices={"input": "0.1", "output": "0.1"})
    reprice()
    assert booked(used) == (7, "backend")


def test_a_price_that_the_admin_took_back_is_unknown(server):
    used = row(server, price_source="admin", **KNOWN)
    reprice()
    assert booked(used) == UNKNOWN


def test_rows_of_a_backend_that_is_gone_keep_what_they_have(server):
    used = row(server, price_source="admin", **KNOWN)
    server.delete()
    reprice()
    assert booked(used) == (7, "admin")


def test_rows_of_a_backend_that_is_gone_take_a_price_for_every_backend(server):
    used = row(server)
    server.delete()
    price("big")
    reprice()
    assert booked(used) == PRICED


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        pytest.param((), {"old", "new", "other", "known", "elsewhere"}, id="all"),
        pytest.param(("--since", "3d"), {"new", "other", "known", "elsewhere"}, id="since"),
        pytest.param(("--until", "3d"), {"old"}, id="until"),
        pytest.param(("--model", "small"), {"other"}, id="of a model"),
        pytest.param(("--backend", "theirs"), {"elsewhere"}, id="of a backend"),
        pytest.param(("--only-unknown",), {"old", "new", "other", "elsewhere"}, id="only the unknown"),
    ],
)
def test_it_takes_the_rows_that_are_asked_for(server, options, changed):
    rows = {
        "old": row(server, 9 * DAY),
        "new": row(server),
        "other": row(server, routed_model="small"),
        "known": row(server, price_source="catalogue", **KNOWN),
        "elsewhere": row(backend("theirs")),
    }
    price("*")
    reprice(*options)
    assert {name for name, each in rows.items() if booked(each) == PRICED} == changed


def test_it_takes_any_number_of_rows_in_batches(server, monkeypatch):
    monkeypatch.setattr(repricing, "BATCH", 3)
    rows = [row(server) for _ in range(8)]
    price("big")
    errors = StringIO()
    call_command("reprice", stdout=StringIO(), stderr=errors)
    assert UsageRecord.objects.filter(cost=3).count() == len(rows)
    assert errors.getvalue().splitlines()[-1] == "8 rows looked at, 8 with another cost"


@pytest.mark.parametrize(("options", "hours"), [((), 1), (("--dry-run",), 0)], ids=["written", "dry run"])
def test_the_hours_of_what_changed_are_summed_anew(server, options, hours):
    row(server)
    row(server, 9 * DAY, cost=0, state="failed", estimated=True, output_tokens=0)
    RollupDue.objects.all().delete()
    price("big")
    reprice(*options)
    assert RollupDue.objects.count() == hours


def test_a_moment_that_is_none_is_refused():
    with pytest.raises(CommandError, match="not like"):
        reprice("--since", "yesterday-ish")
