"""Prices of a file become rows of the admin: new ones for what was unknown or changed, none for what stayed.

A price that somebody wrote by hand is never replaced. An imported one is followed by another one that begins later, so
that the past keeps what it cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from accounting.models import Price
from accounting.prices.files import FilePrice
from routing.models import Backend

IMPORTED = "imported from "
FIGURES = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "request",
    "web_search",
    "tier_above",
    "tier_input",
    "tier_output",
    "tier_cache_read",
    "tier_cache_write",
    "tier_cache_write_1h",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import for one backend, or for every backend, would do."""

    new: tuple[Price, ...]
    changed: tuple[Price, ...]
    unchanged: int
    kept: int

    @property
    def rows(self) -> tuple[Price, ...]:
        return (*self.new, *self.changed)


def plan(
    prices: Iterable[FilePrice], backend: Backend | None, file: str, begins: datetime | None, now: datetime
) -> Plan:
    """New prices begin at `begins`, changed ones at `begins` or now."""
    known = latest(backend)
    new, changed, unchanged, kept = [], [], 0, 0
    for name, price in by_name(prices).items():
        row = Price(backend=backend, model=name, note=f"{IMPORTED}{file}"[:200], **price.figures)
        before = known.get(name)
        if before is None:
            row.valid_from = begins
            new.append(row)
        elif not before.note.startswith(IMPORTED):
            kept += 1
        elif figures_of(before) == figures_of(row):
            unchanged += 1
        else:
            row.valid_from = begins or now
            changed.append(row)
    return Plan(tuple(new), tuple(changed), unchanged, kept)


def by_name(prices: Iterable[FilePrice]) -> Mapping[str, FilePrice]:
    """One price a model; names differ in more than capitals."""
    found: dict[str, FilePrice] = {}
    for price in prices:
        found.setdefault(price.model.lower(), price)
    return found


def latest(backend: Backend | None) -> Mapping[str, Price]:
    """The last price of each model that does not end."""
    rows = Price.objects.filter(backend=backend, valid_until=None)
    return {row.model: row for row in rows.order_by(F("valid_from").asc(nulls_first=True), "pk")}


def figures_of(row: Price) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in FIGURES)
