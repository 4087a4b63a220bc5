"""Figures as people read them."""

from decimal import Decimal

import pytest

from accounting import figure_text

TOKENS = [(0, "0"), (999, "999"), (1000, "1.0k"), (4_123_456, "4.1M"), (123_456, "123k"), (2_500_000_000, "2.5B")]
MONEY = [("0", "$0.00"), ("0.00001", "<$0.0001"), ("0.0123", "$0.0123"), ("0.1", "$0.10"), ("1234.567", "$1,234.57")]
COSTS = [("0", 0, "$0.00"), ("0", 3, "–"), ("1.5", 3, "≥ $1.50"), ("1.5", 0, "$1.50")]


@pytest.mark.parametrize(("count", "text"), TOKENS)
def test_tokens(count, text):
    assert figure_text.tokens(count) == text


@pytest.mark.parametrize(("amount", "text"), MONEY)
def test_money(amount, text):
    assert figure_text.money(Decimal(amount)) == text


@pytest.mark.parametrize(("amount", "unpriced", "text"), COSTS)
def test_costs(amount, unpriced, text):
    assert figure_text.cost(Decimal(amount), unpriced) == text
