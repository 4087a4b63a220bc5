"""What `GET /v1/usage` tells a key: what its client used today, this month and in all; what is left of budgets; and the
same in one line, for status lines.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from msgspec import Struct

from accounting import figure_text, own_usage
from accounting.budgets.status import BudgetStatus, status_of
from accounting.reports.figures import Figures
from routing.captures import captured_of
from routing.models import ClientKey
from routing.table import KeyEntry

PRECISION = Decimal("0.000001")


class Used(Struct, frozen=True, kw_only=True):
    """Sums over requests; `cost`, in US dollars, knows nothing of the `unpriced` ones: None where it knows none."""

    requests: int
    input_tokens: int
    cache_read_input_tokens: int
    cache_creation_input_tokens: int
    output_tokens: int
    total_tokens: int
    cost: Decimal | None
    unpriced_requests: int


class UsedModel(Struct, frozen=True):
    model: str
    used: Used


class BudgetLeft(Struct, frozen=True, kw_only=True):
    """`stops`: requests are refused once it is spent."""

    name: str
    unit: str
    amount: Decimal
    spent: Decimal
    left: Decimal
    resets_at: datetime | None
    state: str
    stops: bool


class CapturedUntil(Struct, frozen=True, kw_only=True):
    """Whose requests are kept, bodies and all, for the administrator to look at: the `client`'s, or a `backend`'s."""

    kind: str
    name: str
    until: datetime


class KeyUsage(Struct, frozen=True, kw_only=True):
    """Figures are of the whole client, whichever of its keys asks; days and months are those of the service's zone."""

    client: str
    time_zone: str
    today: Used
    month: Used
    total: Used
    models: list[UsedModel]
    budgets: list[BudgetLeft]
    captured: list[CapturedUntil]


def key_usage(key: KeyEntry) -> KeyUsage:
    """As the database has it now; blocks."""
    today = timezone.localdate()
    lines = own_usage.daily(key.client_id, today.replace(day=1))
    return KeyUsage(
        client=key.client_name,
        time_zone=timezone.get_current_timezone_name(),
        today=used(own_usage.summed(lines, today)),
        month=used(own_usage.summed(lines)),
        total=used(own_usage.total(key.client_id)),
        models=[UsedModel(model, used(figures)) for model, figures in own_usage.by_model(lines)],
        budgets=[budget_left(status) for status in budgets_of(key)],
        captured=[
            CapturedUntil(kind=each.kind, name=each.name, until=each.until) for each in captured_of(key.client_id)
        ],
    )


def used(figures: Figures) -> Used:
    return Used(
        requests=figures.requests,
        input_tokens=figures.input_tokens,
        cache_read_input_tokens=figures.cache_read_input_tokens,
        cache_creation_input_tokens=figures.cache_creation_input_tokens,
        output_tokens=figures.output_tokens,
        total_tokens=figures.total_tokens,
        cost=None if figures.unpriced and not figures.cost else figures.cost.quantize(PRECISION),
        unpriced_requests=figures.unpriced,
    )


def budget_left(status: BudgetStatus) -> BudgetLeft:
    return BudgetLeft(
        name=status.name,
        unit=status.unit,
        amount=status.amount,
        spent=status.spent,
        left=max(status.amount - status.spent, Decimal()),
        resets_at=status.resets_at,
        state=status.state,
        stops=status.stops,
    )


def usage_line(key: KeyEntry) -> str:
    """today $1.23 · 4.1M tokens · budget 37 %: how much is spent of the budget that is nearest to its end; blocks."""
    today = own_usage.today(key.client_id)
    cost = figure_text.cost(today.cost, today.unpriced)
    parts = [] if cost == figure_text.NOT_KNOWN else [cost]
    parts.append(f"{figure_text.tokens(today.total_tokens)} tokens")
    if budgets := budgets_of(key):
        parts.append(f"budget {figure_text.percent(max(budget.share for budget in budgets))}")
    return "today " + " · ".join(parts)


def budgets_of(key: KeyEntry) -> list[BudgetStatus]:
    """None for a key that was deleted a moment ago."""
    row = ClientKey.objects.select_related("client").filter(pk=key.id).first()
    return status_of(row) if row is not None else []
