"""Prices that everybody can read: the data of genai-prices (`routing/public_models.py`).

Prices may begin at a day, or hold for some hours of each day: they change on half hours at most, and so long they are
remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from accounting.prices.rates import NOTHING, Rates, Tier
from conversion.profiles import profile_for
from routing import public_models

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

CATALOGUE = "catalogue"

SERVICE_TIERS = ("flex", "priority", "fast")
SLOT_SECONDS = 1800
MILLION = 1_000_000
THOUSAND = 1000


def catalogue_rates(dialect: str, model: str, at: float) -> Rates | None:
    """What a model costs at a time, in seconds since the epoch; None while nothing is loaded."""
    if dialect not in public_models.PROVIDERS or not public_models.is_loaded():
        return None
    return remembered(dialect, model.lower(), int(at // SLOT_SECONDS))


@lru_cache(maxsize=4096)
def remembered(dialect: str, model: str, slot: int) -> Rates | None:
    found = public_models.find(dialect, model)
    if found is None:
        return None
    at = datetime.fromtimestamp(slot * SLOT_SECONDS, UTC)
    return model_rates(found, at, searches=does_search(dialect, model))


def does_search(dialect: str, model: str) -> bool:
    """Whether the backend is asked to search. Searches of the gateway's own are on nobody's list of prices."""
    profile = profile_for(dialect, model)
    return profile.search_options or "web_search" in dict(profile.server_tools)


def model_rates(model: ModelInfo, at: datetime, *, searches: bool) -> Rates | None:
    """The rates at that time, with those of other service tiers that differ."""
    standard = model.get_prices(at)
    others = {tier: model.get_prices(at, {"service_tier": tier}) for tier in SERVICE_TIERS if model.price_variants}
    different = {tier: rates(price, searches, {}) for tier, price in others.items() if price != standard}
    return rates(standard, searches, {tier: found for tier, found in different.items() if found is not None})


def rates(price: ModelPrice, searches: bool, service_tiers: Mapping[str, Rates]) -> Rates | None:
    """None for a model that is not paid by tokens read and written."""
    base = token_prices(price, 0)
    if "input" not in base or "output" not in base:
        return None
    starts = {tier.start for value in vars(price).values() for tier in getattr(value, "tiers", ())}
    return Rates(
        source=CATALOGUE,
        **base,
        request=thousandth(price.requests_kcount),
        web_search=thousandth(price.web_searches_kcount) if searches else NOTHING,
        tiers=tuple(Tier(above=start, **token_prices(price, start + 1)) for start in sorted(starts)),
        service_tiers=service_tiers,
    )


def token_prices(price: ModelPrice, read: int) -> dict[str, Decimal]:
    """USD per token by our names, for a request that reads so many tokens."""
    places = {
        "input": price.input_mtok,
        "output": price.output_mtok,
        "cache_read": price.cache_read_mtok,
        "cache_creation": price.cache_write_mtok,
        "cache_creation_1h": price.cache_write_1h_mtok,
    }
    values = {name: single(value, read) for name, value in places.items()}
    return {name: value / MILLION for name, value in values.items() if value is not None}


def single(value: object, read: int) -> Decimal | None:
    """The one price that holds for so many tokens of input."""
    for tier in reversed(getattr(value, "tiers", ())):
        if read > tier.start:
            value = tier.price
            break
    base = getattr(value, "base", value)
    return base if isinstance(base, Decimal) else None


def thousandth(value: object) -> Decimal:
    return value / THOUSAND if isinstance(value, Decimal) else NOTHING
