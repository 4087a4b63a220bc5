"""What is left of the budgets that hold for a key, a client or a team, as the database knows it: for people.

Running requests are not in it; what they will have spent is there a moment after they ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from accounting.budgets.windows import window_at
from accounting.models import Budget, BudgetWindow
from accounting.models.budgets import NANO
from routing.models import Client, ClientKey, Team

State = Literal["fine", "warning", "spent"]


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """`unit` is "usd" or "tokens"; `amount` and `spent` are in it. `resets_at` is None for a lifetime budget."""

    name: str
    unit: str
    amount: Decimal
    spent: Decimal
    resets_at: datetime | None
    state: State
    stops: bool

    @property
    def share(self) -> float:
        """How much of it is spent, from 0 to 1 and beyond."""
        return float(self.spent / self.amount)


def status_of(whose: ClientKey | Client | Team) -> list[BudgetStatus]:
    """The budgets that hold for it, the narrowest first; two queries."""
    budgets = list(Budget.objects.enabled().filter(scopes(whose)))
    now = timezone.now()
    windows = BudgetWindow.objects.filter(budget__in=budgets).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    current = {(window.budget_id, window.starts_at): window for window in windows}
    order = ("key", "client", "team", "everyone")
    budgets.sort(key=lambda budget: (order.index(budget.place[0]), budget.name))
    return [status(budget, current, now) for budget in budgets]


def scopes(whose: ClientKey | Client | Team) -> Q:
    everyone = Q(key=None, client=None, team=None)
    match whose:
        case ClientKey():
            return everyone | Q(key=whose) | Q(client=whose.client_id) | team_scope(whose.client.team_id)
        case Client():
            return everyone | Q(client=whose) | team_scope(whose.team_id)
    return everyone | team_scope(whose.pk)


def team_scope(number: int | None) -> Q:
    return Q(team=number) if number is not None else Q(pk=None)


def status(budget: Budget, windows: dict[tuple[int, datetime], BudgetWindow], now: datetime) -> BudgetStatus:
    """The budget's state in the window that is now."""
    window = window_at(budget.period, budget.zone, now.timestamp())
    row = windows.get((budget.pk, datetime.fromtimestamp(window.starts_at, UTC)))
    spent = row.spent if row is not None else 0
    return BudgetStatus(
        name=budget.name,
        unit=budget.unit,
        amount=budget.amount,
        spent=Decimal(spent) / NANO if budget.is_money else Decimal(spent),
        resets_at=datetime.fromtimestamp(window.ends_at, UTC) if window.ends_at is not None else None,
        state=state(budget, spent, stopped=row is not None and row.stopped_at is not None),
        stops=budget.stops,
    )


def state(budget: Budget, spent: int, *, stopped: bool) -> State:
    """`stopped`: what is left was too little for a request."""
    amount = budget.whole_amount
    if spent >= amount or (stopped and budget.stops):
        return "spent"
    percent = budget.warning_percent
    return "warning" if percent and spent * 100 >= amount * percent else "fine"
