"""Who knows what a model costs, in the order in which they are asked.

1. The admin: prices of the backend, then prices for every backend (`rows.py`).
2. The backend's own list of models (`listed.py`). It says what holds now, so it is taken for the past as well.
3. The catalogue (`catalogue.py`).
4. Nobody: the price is unknown, which is not zero. So is that of servers of one's own, until the admin says what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounting.prices.catalogue import catalogue_rates
from accounting.prices.listed import listed_rates
from accounting.prices.rates import Rates
from accounting.prices.rows import AdminPrices, Offer
from routing.table import ModelEntry, ModelOfBackend

ANSWERS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Subject:
    """What a price is asked for. `backend_id` is None where the backend is gone."""

    backend_id: int | None
    dialect: str
    model: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What admin and list say of one subject."""

    offers: tuple[Offer, ...]
    listed: Rates | None


class PriceTable:
    """All prices as they were when it was made; `_answers` is what it was asked so far."""

    def __init__(self, admin: AdminPrices, models: Mapping[ModelOfBackend, ModelEntry]) -> None:
        self.admin = admin
        self._models = models
        self._answers: dict[Subject, Answer] = {}

    def rates(self, subject: Subject, at: float) -> Rates | None:
        """The price that wins at that time, in seconds since the epoch."""
        answer = self.answer(subject)
        for offer in answer.offers:
            if offer.holds(at):
                return offer.rates
        return answer.listed or catalogue_rates(subject.dialect, subject.model, at)

    def answer(self, subject: Subject) -> Answer:
        """Names of models may be the clients' choice, so the number of answers is bounded."""
        if (known := self._answers.get(subject)) is not None:
            return known
        if len(self._answers) >= ANSWERS_REMEMBERED:
            self._answers.clear()
        entry = self._models.get((subject.backend_id or 0, subject.model))
        listed = listed_rates(entry.prices) if entry is not None else None
        answer = Answer(self.admin.offers(subject.backend_id, subject.model), listed)
        self._answers[subject] = answer
        return answer
