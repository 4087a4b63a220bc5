"""Figures in the templates of the members' pages."""

from __future__ import annotations

from decimal import Decimal

from django import template

from accounting import figure_text
from accounting.budgets.status import BudgetStatus
from accounting.models import UsageRecord
from accounting.reports.figures import Figures

register = template.Library()


@register.filter
def tokens(count: int) -> str:
    return figure_text.tokens(count)


@register.filter
def in_unit(amount: Decimal, unit: str) -> str:
    """What a budget counts: money or tokens."""
    return figure_text.money(amount) if unit == "usd" else figure_text.tokens(int(amount))


@register.filter
def left(budget: BudgetStatus) -> str:
    return in_unit(max(budget.amount - budget.spent, Decimal()), budget.unit)


@register.filter
def cost(figures: Figures) -> str:
    return figure_text.cost(figures.cost, figures.unpriced)


@register.filter
def share(value: float | None) -> str:
    return figure_text.NOT_KNOWN if value is None else figure_text.percent(value)


@register.filter
def duration(milliseconds: int | None) -> str:
    if milliseconds is None:
        return figure_text.NOT_KNOWN
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


@register.filter
def read_tokens(record: UsageRecord) -> int:
    return record.total_tokens - record.output_tokens


@register.filter
def cost_of_record(record: UsageRecord) -> str:
    return figure_text.NOT_KNOWN if record.cost is None else figure_text.money(record.cost)
