"""The prices of the admin, in the order in which they win.

1. A price of the backend goes before prices for every backend.
2. An exact name goes before a pattern, a longer pattern before a shorter one.
3. Of prices that hold at the same time, the one that began last wins; of those, the one that was added last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from accounting.models import Price
from accounting.prices.rates import Rates, Tier
from routing.patterns import compiled, patterns

ADMIN = "admin"
WILDCARDS = frozenset("*?[")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """The rates of one row, and when they hold."""

    id: int
    rates: Rates
    begins: float
    ends: float

    def holds(self, at: float) -> bool:
        return self.begins <= at < self.ends


class Claim(NamedTuple):
    """One pattern of a row; the first one in order that holds wins."""

    everywhere: bool
    is_pattern: bool
    shortness: int
    oldness: float
    precedence: int
    pattern: str
    offer: Offer

    @property
    def rank(self) -> tuple[bool, bool, int, float, int]:
        return self[:5]


class AdminPrices:
    """The rows, found by the name of a model."""

    def __init__(self, rows: Iterable[Price]) -> None:
        exact: defaultdict[tuple[int | None, str], list[Claim]] = defaultdict(list)
        globs: defaultdict[int | None, list[Claim]] = defaultdict(list)
        for row in rows:
            offer = offered(row)
            for pattern in patterns(row.model):
                made = claim(row, pattern, offer)
                (globs[row.backend_id] if made.is_pattern else exact[row.backend_id, pattern]).append(made)
        self._exact: Mapping[tuple[int | None, str], list[Claim]] = exact
        self._globs: Mapping[int | None, list[Claim]] = globs

    def offers(self, backend_id: int | None, model: str) -> tuple[Offer, ...]:
        """All that claim this model, the strongest first; a backend that is gone has only what holds for every one."""
        name = model.lower()
        found: list[Claim] = []
        for place in {backend_id, None}:
            found += self._exact.get((place, name), ())
            found += (made for made in self._globs.get(place, ()) if compiled(made.pattern).match(name))
        return tuple(made.offer for made in sorted(found, key=lambda made: made.rank))


def claim(row: Price, pattern: str, offer: Offer) -> Claim:
    is_pattern = not WILDCARDS.isdisjoint(pattern)
    return Claim(row.backend_id is None, is_pattern, -len(pattern), -offer.begins, -row.pk, pattern, offer)


def offered(row: Price) -> Offer:
    rates = Rates(
        source=ADMIN,
        input=row.input / MILLION,
        output=row.output / MILLION,
        cache_read=per_token(row.cache_read),
        cache_creation=per_token(row.cache_write),
        cache_creation_1h=per_token(row.cache_write_1h),
        request=row.request,
        web_search=row.web_search,
        tiers=tiers(row),
    )
    return Offer(row.pk, rates, seconds(row.valid_from, "-inf"), seconds(row.valid_until, "inf"))


def tiers(row: Price) -> tuple[Tier, ...]:
    if row.tier_above is None:
        return ()
    return (
        Tier(
            above=row.tier_above,
            input=row.tier_input / MILLION,
            output=row.tier_output / MILLION,
            cache_read=per_token(row.tier_cache_read),
            cache_creation=per_token(row.tier_cache_write),
            cache_creation_1h=per_token(row.tier_cache_write_1h),
        ),
    )


def per_token(price: Decimal | None) -> Decimal | None:
    return None if price is None else price / MILLION


def seconds(moment: datetime | None, otherwise: str) -> float:
    """Since the epoch."""
    return float(otherwise) if moment is None else moment.timestamp()
