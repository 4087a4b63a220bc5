from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.entries import decode, encode
from accounting.prices import Rates, charge, cost_of
from conversion.usage import Usage
from tests.accounting.prices.samples import rates, tier, usage, usd
from tests.accounting.samples import closing, opening

FAST = rates(input="0.000004", output="0.00002")
LONG = rates(
    cache_read="0.000001",
    tiers=(
        tier(200_000, input="0.000004", output="0.000015", cache_read="0.000002"),
        tier(500_000, input="0.000008", output="0.00003"),
    ),
)


@pytest.mark.parametrize(
    ("by", "of", "expected"),
    [
        pytest.param(rates(), usage(1000, 100), "0.003", id="input and output"),
        pytest.param(rates(), usage(1000, 100, thinking_tokens=60), "0.003", id="reasoning is a part of the output"),
        pytest.param(rates(cache_read="0.0000002"), usage(1000, 0, cached=1000), "0.0022", id="cache reads"),
        pytest.param(rates(cache_creation="0.0000025"), usage(1000, 0, created=1000), "0.0045", id="cache writes"),
        pytest.param(
            rates(cache_creation="0.0000025", cache_creation_1h="0.000004"),
            usage(0, 0, created=1000, cache_creation_1h_input_tokens=400),
            "0.0031",
            id="cache writes, some of them for an hour",
        ),
        pytest.param(
            rates(cache_creation="0.0000025"),
            usage(0, 0, created=1000, cache_creation_1h_input_tokens=400),
            "0.0025",
            id="an hour costs as other writes if unsaid",
        ),
        pytest.param(rates(), usage(1000, 0, cached=1000, created=1000), "0.006", id="cached costs as input if unsaid"),
        pytest.param(rates(cache_read="0"), usage(0, 0, cached=1000), "0", id="a price of zero is a price"),
        pytest.param(rates(request="0.01"), usage(1000, 100), "0.013", id="each request"),
        pytest.param(rates(web_search="0.01"), usage(1000, 100, web_search_requests=3), "0.033", id="web searches"),
        pytest.param(LONG, usage(200_000, 100), "0.401", id="as long as the first tier begins"),
        pytest.param(LONG, usage(200_001, 100), "0.801504", id="longer: every token costs the tier's price"),
        pytest.param(LONG, usage(100_000, 0, cached=100_001), "0.600002", id="cached tokens are length too"),
        pytest.param(LONG, usage(500_001, 0), "4.000008", id="longer than the second tier begins"),
        pytest.param(rates(service_tiers={"fast": FAST}), usage(1000, 100, service_tier="fast"), "0.006", id="fast"),
        pytest.param(
            rates(service_tiers={"fast": FAST}), usage(1000, 100, service_tier="flex"), "0.003", id="unlisted"
        ),
        pytest.param(rates(), usage(1000, 100, cost="0.0123"), "0.0123", id="the backend knows better"),
        pytest.param(None, usage(1000, 100, cost="0.0123"), "0.0123", id="only the backend knows"),
        pytest.param(None, usage(1000, 100), None, id="nobody knows"),
        pytest.param(rates(), usage(-5, -5), "0", id="nobody is paid for asking"),
        pytest.param(rates(), usage(2**63, 2**63), None, id="more than a row can hold"),
    ],
)
def test_it_costs(by, of, expected):
    assert cost_of(by, of) == (None if expected is None else usd(expected))


ZERO = (Decimal(0), "")


@pytest.mark.parametrize(
    ("by", "of", "state", "expected"),
    [
        pytest.param(rates(), usage(1000, 100), "closed", (usd("0.003"), "admin"), id="priced"),
        pytest.param(rates(), usage(1000, 100, cost="0.5"), "closed", (usd("0.5"), "reported"), id="reported"),
        pytest.param(None, usage(1000, 100), "closed", (None, ""), id="unknown"),
        pytest.param(rates(), usage(1000, estimated=True), "open", (usd("0.002"), "admin"), id="as far as it came"),
        pytest.param(rates(), usage(1000, estimated=True), "cancelled", (usd("0.002"), "admin"), id="left early"),
        pytest.param(rates(), usage(1000, estimated=True), "interrupted", (usd("0.002"), "admin"), id="killed"),
        pytest.param(rates(), usage(1000, estimated=True), "failed", ZERO, id="refused by the backend"),
        pytest.param(None, usage(1000, estimated=True), "failed", ZERO, id="refused, and the price is unknown"),
        pytest.param(rates(), usage(1000, 10, estimated=True), "failed", (usd("0.0021"), "admin"), id="broke off"),
        pytest.param(rates(), usage(1000), "failed", (usd("0.002"), "admin"), id="failed, but counted"),
        pytest.param(None, usage(), "failed", ZERO, id="no backend was asked"),
        pytest.param(rates(request="1"), usage(), "closed", ZERO, id="warming a cache asks nobody"),
    ],
)
def test_a_row_is_booked_with(by, of, state, expected):
    assert charge(by, of, state) == expected


prices = st.decimals(0, 1, places=12)
tokens = st.integers(0, 10**9)
flat = st.builds(
    Rates,
    source=st.just("admin"),
    input=prices,
    output=prices,
    cache_read=st.none() | prices,
    cache_creation=st.none() | prices,
    web_search=prices,
)
usages = st.builds(Usage, tokens, tokens, tokens, tokens, web_search_requests=st.integers(0, 100))
FIGURES = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def added(one, other):
    names = (*FIGURES, "web_search_requests")
    return Usage(**{name: getattr(one, name) + getattr(other, name) for name in names})


def small(of):
    """So few tokens that any price for them fits a row."""
    return msgspec.structs.replace(of, **{name: getattr(of, name) % 10**6 for name in FIGURES})


@given(flat, usages, usages)
def test_two_requests_cost_what_both_together_cost(by, one, other):
    one, other = small(one), small(other)
    assert cost_of(by, one) + cost_of(by, other) == cost_of(by, added(one, other))


@given(flat, usages)
def test_a_cost_is_never_negative_and_never_inexact(by, of):
    cost = cost_of(by, of)
    assert cost is None or cost >= 0
    assert cost is None or cost == cost.quantize(Decimal("1e-12"))


@given(flat, tokens)
def test_the_prices_of_the_journal_are_those_of_the_request(by, above):
    """What is written as JSON and read again makes the same amounts."""
    by = msgspec.structs.replace(by, tiers=(tier(above, input="0.1", output="0.3"),), service_tiers={"flex": by})
    kept = decode(1, encode(opening(rates=by)), 0, encode(closing())).opening.rates
    assert kept == by


def test_a_journal_of_an_older_version_knows_no_prices():
    text = encode(opening()).decode()
    assert "rates" not in text or '"rates":null' in text
    assert decode(1, text.replace(',"rates":null', ""), 0, None).opening.rates is None
