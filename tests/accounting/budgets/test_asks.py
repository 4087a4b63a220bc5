import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.budgets.asks import MOST, Ask, prices, used
from accounting.budgets.errors import NoPrice
from accounting.budgets.ledger import Ledger
from accounting.budgets.rules import budget_rule
from accounting.models import Budget
from accounting.prices.rates import Rates, Tier, charge
from conversion.usage import Usage
from tests.accounting.budgets.samples import RATES, account

LONG = Tier(above=1000, input=Decimal("0.000002"), output=Decimal("0.00002"))


def rule(**fields):
    return budget_rule(Budget(**{"id": 1, "name": "x", "amount": Decimal(1), **fields}))


def ask(rates, input_tokens, **fields):
    of = account(Budget(**{"id": 1, "name": "x", "amount": Decimal(1), **fields}))
    return Ask(of, Ledger(of), *prices(of.rule, rates, input_tokens))


@pytest.mark.parametrize(
    ("rates", "most"),
    [
        pytest.param(RATES, 1_000_000 + 100_000, id="input and output"),
        pytest.param(
            Rates(source="", input=RATES.input, output=RATES.output, request=Decimal("0.5")),
            501_100_000,
            id="a request",
        ),
        pytest.param(
            Rates(source="", input=RATES.input, output=RATES.output, cache_creation=RATES.input * 2),
            2_000_000 + 100_000,
            id="all of it may be new to the cache",
        ),
        pytest.param(
            Rates(source="", input=RATES.input, output=RATES.output, cache_creation_1h=RATES.input * 3),
            3_000_000 + 100_000,
            id="all of it may be cached for an hour",
        ),
        pytest.param(
            Rates(source="", input=RATES.input, output=RATES.output, cache_read=RATES.input / 10),
            1_000_000 + 100_000,
            id="nothing of it may be in the cache",
        ),
    ],
)
def test_the_most_that_a_request_can_cost(rates, most):
    assert ask(rates, 1000).amount(10) == most


def test_a_long_prompt_has_the_price_of_long_prompts():
    rates = Rates(source="", input=RATES.input, output=RATES.output, tiers=(LONG,))
    assert ask(rates, 1000).amount(10) == 1_100_000
    assert ask(rates, 1001).amount(10) == 1001 * 2000 + 200_000


def test_tokens_are_counted_one_by_one():
    assert ask(None, 1000, unit="tokens").amount(10) == 1010


def test_a_model_without_a_price_is_refused_by_a_budget_of_money():
    with pytest.raises(NoPrice):
        prices(rule(), None, 10)


@pytest.mark.parametrize("fields", [{"stops": False}, {"refuses_unpriced": False}], ids=str)
def test_a_model_without_a_price_may_pass_for_nothing(fields):
    assert ask(None, 1000, **fields).amount(10) == 0
    assert ask(None, 1000, **fields).affordable(0) == math.inf


@given(st.integers(0, 10**6), st.integers(0, 10**10), st.decimals("0.000000001", "0.01", places=9))
def test_what_is_affordable_can_be_paid_for_and_no_more(input_tokens, free, price):
    asked = ask(Rates(source="", input=price / 3, output=price), input_tokens)
    tokens = asked.affordable(free)
    assert tokens < 0 or asked.amount(tokens) <= free
    assert asked.amount(tokens + 1) > free


@given(st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**6))
def test_no_request_within_its_estimate_costs_more_than_was_set_aside(input_tokens, output_tokens, cached):
    rates = Rates(
        source="", input=RATES.input, output=RATES.output, cache_creation=RATES.input * 2, cache_read=RATES.input / 3
    )
    cached = min(cached, input_tokens)
    usage = Usage(input_tokens=input_tokens - cached, cache_creation_input_tokens=cached, output_tokens=output_tokens)
    cost = charge(rates, usage, "closed").cost
    assert used(cost, 0, is_money=True) <= ask(rates, input_tokens).amount(output_tokens)


@pytest.mark.parametrize(
    ("cost", "tokens", "is_money", "counted"),
    [
        (Decimal("0.0000000015"), 9, True, 2),
        (Decimal("0.25"), 9, True, 250_000_000),
        (None, 9, True, 0),
        (None, 9, False, 9),
        (None, -9, False, 0),
        (Decimal("99999999"), 9, True, MOST),
    ],
)
def test_what_is_counted(cost, tokens, is_money, counted):
    assert used(cost, tokens, is_money=is_money) == counted
