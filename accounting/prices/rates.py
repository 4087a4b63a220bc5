"""What one request costs: rates, usage, and how they make an amount of USD.

Rates are kept with the opening of a request, in the journal, so that a row is priced by what held when it began, by
whoever closes it. Amounts are decimals throughout; what no column can hold is as unknown as what has no price.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from msgspec import Struct

from conversion.usage import Usage

REPORTED = "reported"
"""The source of an amount that the backend itself named."""

AMOUNT_LIMIT = Decimal(10) ** 8
AMOUNT_STEP = Decimal(1).scaleb(-12)
NOTHING = Decimal(0)


class TokenPrices(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """USD for one token. Where nothing is said of cached tokens they cost what other input costs, and what is cached
    for an hour costs what other writes do.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_creation: Decimal | None = None
    cache_creation_1h: Decimal | None = None

    def of(self, usage: Usage) -> Decimal:
        """What the tokens cost; reasoning is a part of the output."""
        read = self.input if self.cache_read is None else self.cache_read
        creation = self.input if self.cache_creation is None else self.cache_creation
        one_hour = creation if self.cache_creation_1h is None else self.cache_creation_1h
        written_for_an_hour = max(0, usage.cache_creation_1h_input_tokens)
        return (
            self.input * max(0, usage.input_tokens)
            + self.output * max(0, usage.output_tokens)
            + read * max(0, usage.cache_read_input_tokens)
            + creation * max(0, usage.cache_creation_input_tokens - written_for_an_hour)
            + one_hour * written_for_an_hour
        )


class Tier(TokenPrices, frozen=True, kw_only=True, omit_defaults=True):
    """What every token of a request costs whose input, cached or not, is longer than `above`."""

    above: int


class Rates(TokenPrices, frozen=True, kw_only=True, omit_defaults=True):
    """What one model of one backend costs. `source` says who knows it: admin, backend or catalogue.

    `request` and `web_search` are USD for one of them. `tiers` begin with the lowest. `service_tiers` are the rates of
    requests that the backend says it served as "flex", "priority"….
    """

    source: str
    request: Decimal = NOTHING
    web_search: Decimal = NOTHING
    tiers: tuple[Tier, ...] = ()
    service_tiers: Mapping[str, Rates] = {}

    def tokens(self, usage: Usage) -> TokenPrices:
        """The prices for a request of this length."""
        read = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens
        return next((tier for tier in reversed(self.tiers) if read > tier.above), self)


class Charge(NamedTuple):
    """What is booked: None where the price is unknown, and where the amount comes from."""

    cost: Decimal | None
    source: str


def charge(rates: Rates | None, usage: Usage, state: str) -> Charge:
    """What a request of this state is booked with.

    Nothing, where no backend was asked, or where it failed and neither answered nor reported anything: backends do not
    charge for what they refuse.
    """
    if (reported := amount(usage.cost)) is not None:
        return Charge(reported, REPORTED)
    if not used(usage) or (state == "failed" and usage.estimated and not usage.output_tokens):
        return Charge(NOTHING, "")
    computed = cost_of(rates, usage)
    return Charge(computed, rates.source if rates is not None and computed is not None else "")


def cost_of(rates: Rates | None, usage: Usage) -> Decimal | None:
    """What the backend says it cost, else what the rates make of it; None where neither is known."""
    if (reported := amount(usage.cost)) is not None or rates is None:
        return reported
    served = rates.service_tiers.get(usage.service_tier or "", rates)
    searches = served.web_search * max(0, usage.web_search_requests)
    return bounded(served.tokens(usage).of(usage) + served.request + searches)


def used(usage: Usage) -> bool:
    """Whether there is anything that could cost."""
    read = usage.input_tokens or usage.cache_read_input_tokens or usage.cache_creation_input_tokens
    return bool(read or usage.output_tokens or usage.web_search_requests)


def amount(text: str | None) -> Decimal | None:
    """An amount that somebody else wrote, None where it is none."""
    if text is None:
        return None
    try:
        return bounded(Decimal(text))
    except InvalidOperation:
        return None


def bounded(value: Decimal) -> Decimal | None:
    """The amount as the column keeps it, None where it cannot."""
    return value.quantize(AMOUNT_STEP) if value.is_finite() and 0 <= value < AMOUNT_LIMIT else None
