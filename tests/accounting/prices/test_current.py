"""The prices in memory follow the database."""

import pytest

from accounting.prices.current import CurrentPrices
from accounting.prices.table import Subject
from routing import public_models, snapshot
from tests.accounting.prices.samples import price
from tests.routing.factories import backend, backend_model

pytestmark = pytest.mark.django_db
AT = 1_790_000_000.0


@pytest.fixture
def current():
    current = CurrentPrices()
    current.refresh()
    return current


def usd(current, row, model):
    """What a million tokens of input cost now."""
    rates = current.table.rates(Subject(row.pk, row.effective_dialect, model), AT)
    return rates and rates.input * 10**6


def test_it_sees_a_price_that_is_added_changed_and_deleted(current):
    server = backend()
    assert usd(current, server, "m") is None
    row = price("m", input=2)
    current.refresh()
    assert usd(current, server, "m") == 2
    row.input = 3
    row.save()
    current.refresh()
    assert usd(current, server, "m") == 3
    row.delete()
    current.refresh()
    assert usd(current, server, "m") is None


def test_it_sees_what_a_list_says(current):
    server = backend()
    backend_model(server, "m", discovered_prices={"input": "0.000001", "output": "0.000002"})
    snapshot.reload()
    current.refresh()
    assert usd(current, server, "m") == 1


def test_it_asks_the_database_once_while_nothing_changes(current, django_assert_num_queries):
    table = current.table
    with django_assert_num_queries(1):
        current.refresh()
    assert current.table is table


def test_a_look_asks_nobody(current, django_assert_num_queries):
    price("m*", input=2)
    server = backend()
    current.refresh()
    with django_assert_num_queries(0):
        assert usd(current, server, "m-1") == 2


def test_it_has_the_catalogue_when_it_has_a_backend_that_is_in_it():
    backend(base_url="https://api.openai.com/v1")
    current = CurrentPrices()
    current.refresh()
    assert public_models.is_loaded()


def test_it_remembers_a_bounded_number_of_names(current, monkeypatch):
    monkeypatch.setattr("accounting.prices.table.ANSWERS_REMEMBERED", 10)
    server = backend()
    for number in range(25):
        usd(current, server, f"name-{number}")
    assert len(current.table._answers) <= 10
