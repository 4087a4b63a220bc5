"""Figures in the pages of reports."""

from __future__ import annotations

from django import template

from accounting import figure_text
from accounting.reports.figures import Figures

register = template.Library()


@register.filter
def spent(figures: Figures) -> str:
    return figure_text.cost(figures.cost, figures.unpriced)


@register.filter
def number(value: int) -> str:
    return f"{value:,}"


@register.filter
def tokens(count: int) -> str:
    return figure_text.tokens(count)


@register.filter
def share(value: float | None) -> str:
    if value is not None and 0 < value < 0.01:
        return "<1 %"
    return figure_text.NOT_KNOWN if value is None else figure_text.percent(value)


@register.filter
def seconds(milliseconds: float | None) -> str:
    return figure_text.NOT_KNOWN if milliseconds is None else f"{milliseconds / 1000:.2f} s"


@register.filter
def plain(length: float) -> str:
    """As SVG writes numbers, whatever the language."""
    return str(length)


@register.filter
def headings(text: str) -> list[str]:
    return text.split(",")
