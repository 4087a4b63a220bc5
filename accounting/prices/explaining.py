"""Why a model costs what it costs: everybody who knows a price, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounting.prices.catalogue import catalogue_rates
from accounting.prices.rates import Rates
from accounting.prices.table import PriceTable, Subject


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rates, and whether they hold at the time that was asked for. `row` is the id of a price of the admin."""

    rates: Rates
    row: int | None
    holds: bool
    wins: bool


def candidates(table: PriceTable, subject: Subject, at: float) -> list[Candidate]:
    """All who claim the subject; the first one that holds wins, and what comes after it would, were it not there."""
    found = list(claims(table, subject, at))
    winner = next((place for place, (_, _, holds) in enumerate(found) if holds), None)
    return [Candidate(rates, row, holds, place == winner) for place, (rates, row, holds) in enumerate(found)]


def claims(table: PriceTable, subject: Subject, at: float) -> Iterator[tuple[Rates, int | None, bool]]:
    answer = table.answer(subject)
    for offer in answer.offers:
        yield offer.rates, offer.id, offer.holds(at)
    for rates in (answer.listed, catalogue_rates(subject.dialect, subject.model, at)):
        if rates is not None:
            yield rates, None, True
