"""Figures as people read them: 4.1M tokens, $1.23, 37 %."""

from __future__ import annotations

from decimal import Decimal

SCALES = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))
NOT_KNOWN = "–"


def tokens(count: int) -> str:
    for scale, letter in SCALES:
        if count >= scale:
            scaled = count / scale
            return f"{scaled:.1f}{letter}" if scaled < 99.95 else f"{scaled:.0f}{letter}"
    return str(count)


def money(amount: Decimal) -> str:
    """Dollars to the cent; what is less than ten cents with two digits that say something."""
    if amount == 0:
        return "$0.00"
    if abs(amount) < Decimal("0.0001"):
        return "<$0.0001"
    return f"${amount:,.2f}" if abs(amount) >= Decimal("0.10") else f"${amount:.4f}"


def cost(amount: Decimal, unpriced: int) -> str:
    """What is known of it: nothing where no request has a price, a lower bound where only some have."""
    if unpriced and amount == 0:
        return NOT_KNOWN
    return f"≥ {money(amount)}" if unpriced else money(amount)


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
