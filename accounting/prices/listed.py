"""Prices as a backend's own list of models has them, which `routing/model_lists.py` keeps as texts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from accounting.prices.rates import NOTHING, Rates

BACKEND = "backend"


def listed_rates(prices: Mapping[str, str]) -> Rates | None:
    """The rates of one model; None where the list does not say what its tokens cost."""
    found = {name: Decimal(text) for name, text in prices.items()}
    if "input" not in found or "output" not in found:
        return None
    return Rates(
        source=BACKEND,
        input=found["input"],
        output=found["output"],
        cache_read=found.get("cache_read"),
        cache_creation=found.get("cache_write"),
        request=found.get("request", NOTHING),
        web_search=found.get("web_search", NOTHING),
    )
