"""Which price wins, for whom and when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounting.models import Price
from accounting.prices.rows import AdminPrices
from accounting.prices.table import PriceTable, Subject
from routing import public_models
from routing.models import Backend
from routing.table import ModelEntry
from tests.accounting.prices.samples import price

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LISTED = {"input": "0.000003", "output": "0.00003", "cache_read": "0.0000001", "request": "0.5"}


@pytest.fixture(autouse=True)
def loaded():
    public_models.load()


@pytest.fixture
def backend():
    return Backend.objects.create(name="ours", base_url="https://openrouter.ai/api/v1")


@pytest.fixture
def other():
    return Backend.objects.create(name="other", base_url="https://openrouter.ai/api/v1")


def found(backend, model="openai/gpt-5.4", *, at=NOON, listed=None, dialect="openrouter"):
    """The winning rates; `listed` is what the backend's own list says."""
    models = {(backend.pk, model): ModelEntry(model, prices=listed)} if listed else {}
    table = PriceTable(AdminPrices(Price.objects.all()), models)
    return table.rates(Subject(backend.pk, dialect, model), at.timestamp())


def won(rates):
    """Who won: its source, and what input costs for a million tokens."""
    return (rates.source, rates.input * 10**6) if rates else None


def test_the_backends_own_price_goes_first(backend):
    price("openai/gpt-5.4", backend=backend, input=1)
    price("openai/gpt-5.4", input=2)
    assert won(found(backend, listed=LISTED)) == ("admin", 1)


def test_then_the_price_for_every_backend(backend, other):
    price("openai/gpt-5.4", backend=other, input=1)
    price("openai/gpt-5.4", input=2)
    assert won(found(backend, listed=LISTED)) == ("admin", 2)


def test_then_what_the_backends_list_says(backend):
    rates = found(backend, listed=LISTED)
    assert won(rates) == ("backend", 3)
    assert (rates.cache_read, rates.cache_creation, rates.request) == (Decimal("0.0000001"), None, Decimal("0.5"))


def test_then_the_catalogue(backend):
    assert won(found(backend)) == ("catalogue", Decimal("2.5"))


def test_then_nobody(backend):
    assert found(backend, "our-own") is None


@pytest.mark.parametrize("dialect", ["ollama", "llamacpp", "lmstudio", "vllm", "sglang", "generic", "qwen"])
def test_a_server_of_ones_own_costs_what_the_admin_says(backend, dialect):
    assert found(backend, "gpt-5.4", dialect=dialect) is None
    price("*", backend=backend, input=0, output=0)
    assert won(found(backend, "gpt-5.4", dialect=dialect)) == ("admin", 0)


def test_a_list_that_names_no_price_for_output_says_nothing(backend):
    assert found(backend, "our-own", listed={"input": "0.1"}) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("gpt-5*", 1), ("gpt-5.4", 2)], 2, id="an exact name before a pattern"),
        pytest.param([("gpt-5*", 1), ("*", 2)], 1, id="a long pattern before a short one"),
        pytest.param([("gpt-5.4|gpt-5.4-mini", 1), ("gpt-5*", 2)], 1, id="one of several names"),
        pytest.param([("GPT-5.4", 1)], 1, id="capitals do not matter"),
        pytest.param([("gpt-5.4", 1), ("gpt-5.4", 2)], 2, id="the one that was added last"),
        pytest.param([("gpt-5", 1)], None, id="a part of a name is another name"),
    ],
)
def test_of_names_and_patterns(backend, rows, expected):
    for model, usd in rows:
        price(model.lower(), input=usd)
    assert won(found(backend, "gpt-5.4", dialect="vllm")) == (expected and ("admin", expected))


def test_a_pattern_of_the_backend_goes_before_a_name_for_every_backend(backend):
    price("gpt*", backend=backend, input=1)
    price("gpt-5.4", input=2)
    assert won(found(backend, "gpt-5.4")) == ("admin", 1)


DAY = timedelta(days=1)
SPANS = [("always", None, None), ("past", -9 * DAY, -3 * DAY), ("now", -5 * DAY, DAY), ("later", DAY, None)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(-20 * DAY, "always", id="before any other begins"),
        pytest.param(-9 * DAY, "past", id="the moment it begins"),
        pytest.param(-5 * DAY, "now", id="two hold: the one that began last"),
        pytest.param(-3 * DAY, "now", id="the moment the older one ends"),
        pytest.param(timedelta(), "now", id="today"),
        pytest.param(DAY, "later", id="the moment it ends"),
        pytest.param(9 * DAY, "later", id="as long as nothing newer is there"),
    ],
)
def test_prices_hold_for_their_time(backend, at, expected):
    for number, (name, begins, ends) in enumerate(SPANS):
        price("m", input=number, note=name, valid_from=begins and NOON + begins, valid_until=ends and NOON + ends)
    winner = found(backend, "m", at=NOON + at)
    assert SPANS[int(winner.input * 10**6)][0] == expected


def test_a_price_that_holds_no_more_leaves_it_to_the_others(backend):
    price("openai/gpt-5.4", valid_until=NOON)
    assert won(found(backend)) == ("catalogue", Decimal("2.5"))


def test_the_admins_price_of_long_requests(backend):
    price("m", tier_above=1000, tier_input=4, tier_output=20, tier_cache_read=1)
    (tier,) = found(backend, "m").tiers
    assert (tier.above, tier.input, tier.output) == (1000, Decimal("0.000004"), Decimal("0.00002"))
    assert (tier.cache_read, tier.cache_creation) == (Decimal("0.000001"), None)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        pytest.param({"model": " | "}, "name of a model", id="no model"),
        pytest.param({"input": -1}, "greater than or equal to 0", id="below zero"),
        pytest.param({"tier_above": 1000}, "long requests", id="half of a tier"),
        pytest.param({"tier_input": 1, "tier_output": 1}, "long requests", id="a tier without a length"),
        pytest.param({"valid_from": NOON, "valid_until": NOON - DAY}, "before it begins", id="ends too early"),
    ],
)
def test_the_admin_is_told_what_is_wrong(fields, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Price(**{"model": "m", "input": 1, "output": 1, **fields}).full_clean()


@pytest.mark.parametrize("fields", [{"input": -1}, {"tier_above": 1}, {"model": ""}], ids=str)
def test_the_database_refuses_it_too(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        price(**fields)


def test_names_are_kept_as_they_are_compared():
    row = Price(model=" GPT-5.4 | gpt-5.4 |O4*", input=1, output=1)
    row.full_clean()
    assert row.model == "gpt-5.4|o4*"
