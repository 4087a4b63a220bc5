"""Budgets and limits in memory, by whom they hold for; kept new by the snapshot's thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Sum

from accounting.budgets.windows import Window, window_at
from accounting.models import Budget, Limit
from accounting.models.budgets import NANO, BudgetQuerySet, LimitQuerySet, Scoped
from routing.table import KeyEntry

Place = tuple[str, int]
EVERYONE: Place = ("everyone", 0)
PERIODS = {"day": " a day", "week": " a week", "month": " a month", "lifetime": ""}


@dataclass(frozen=True, slots=True)
class BudgetRule:
    """A budget; `amount` is in billionths of a dollar, or in tokens."""

    id: int
    name: str
    is_money: bool
    amount: int
    period: str
    zone: ZoneInfo
    stops: bool
    refuses_unpriced: bool

    def window(self, now: float) -> Window:
        return window_at(self.period, self.zone, now)

    @property
    def amount_text(self) -> str:
        return f"{amount_text(self.amount, self.is_money)}{PERIODS[self.period]}"


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A limit; `amounts` are those that are set: `requests` and `tokens` per minute, and `slots` (requests at once)."""

    id: int
    name: str
    amounts: Mapping[str, int]


RuleT = TypeVar("RuleT", BudgetRule, LimitRule)


@dataclass(frozen=True, slots=True)
class Rules(Generic[RuleT]):
    """What holds, by place."""

    places: Mapping[Place, tuple[RuleT, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.places)

    def of(self, key: KeyEntry) -> list[RuleT]:
        """What holds for a key, the narrowest first."""
        places = (("key", key.id), ("client", key.client_id), ("team", key.team_id or 0), EVERYONE)
        return [rule for place in places for rule in self.places.get(place, ())]


class Rulebook:
    """The rules of this process."""

    def __init__(self) -> None:
        self.budgets: Rules[BudgetRule] = Rules()
        self.limits: Rules[LimitRule] = Rules()
        self._fingerprint: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.budgets and not self.limits

    def refresh(self) -> None:
        """Load what the database has, if anything changed (`routing.snapshot.follow`)."""
        fingerprint = tuple(rows.aggregate(sum=Sum("revision", default=0))["sum"] for rows in (budgets(), limits()))
        if fingerprint == self._fingerprint:
            return
        self.budgets = Rules(by_place((row, budget_rule(row)) for row in budgets().order_by("id")))
        self.limits = Rules(by_place((row, limit_rule(row)) for row in limits().order_by("id")))
        self._fingerprint = fingerprint


rulebook = Rulebook()


def budgets() -> BudgetQuerySet:
    return Budget.objects.enabled()


def limits() -> LimitQuerySet:
    return Limit.objects.enabled()


def by_place(rows: Iterable[tuple[Scoped, RuleT]]) -> dict[Place, tuple[RuleT, ...]]:
    places: defaultdict[Place, list[RuleT]] = defaultdict(list)
    for row, rule in rows:
        places[row.place].append(rule)
    return {place: tuple(rules) for place, rules in places.items()}


def budget_rule(row: Budget) -> BudgetRule:
    return BudgetRule(
        id=row.pk,
        name=row.name,
        is_money=row.is_money,
        amount=row.whole_amount,
        period=row.period,
        zone=row.zone,
        stops=row.stops,
        refuses_unpriced=row.refuses_unpriced and row.is_money and row.stops,
    )


def limit_rule(row: Limit) -> LimitRule:
    numbers = {
        "slots": row.concurrent_requests,
        "requests": row.requests_per_minute,
        "tokens": row.tokens_per_minute,
    }
    return LimitRule(row.pk, row.name, {counts: number for counts, number in numbers.items() if number is not None})


def amount_text(amount: int, is_money: bool) -> str:
    """For people: cents, or all places where cents would say nothing."""
    if not is_money:
        return f"{amount:,} tokens"
    usd = Decimal(amount) / NANO
    return f"${usd:,.2f}" if abs(amount) >= NANO // 100 or not amount else f"${usd:,.4f}"
