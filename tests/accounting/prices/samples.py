"""Rates, usage and prices for tests: what does not matter has a value of its own."""

from decimal import Decimal

from accounting.models import Price
from accounting.prices import Rates
from accounting.prices.rates import Tier
from conversion.usage import Usage


def usd(text):
    return Decimal(text)


def rates(source="admin", *, tiers=(), service_tiers=None, **prices):
    amounts = {"input": "0.000002", "output": "0.00001", **prices}
    return Rates(
        source=source,
        tiers=tiers,
        service_tiers=service_tiers or {},
        **{name: Decimal(text) for name, text in amounts.items()},
    )


def tier(above, **prices):
    return Tier(above=above, **{name: Decimal(text) for name, text in prices.items()})


def usage(read=0, written=0, *, cached=0, created=0, **others):
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cache_read_input_tokens=cached,
        cache_creation_input_tokens=created,
        **others,
    )


def price(model="big", **fields):
    """A row of the admin, in USD for a million tokens."""
    return Price.objects.create(**{"model": model, "input": 2, "output": 10, **fields})
