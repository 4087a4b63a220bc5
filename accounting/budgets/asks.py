"""What one request asks of one budget: for reading it, and for each token that it may write."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from accounting.budgets.accounts import BudgetAccount
from accounting.budgets.errors import NoPrice
from accounting.budgets.ledger import Ledger
from accounting.budgets.rules import BudgetRule
from accounting.models.budgets import NANO
from accounting.prices.rates import Rates
from conversion.usage import Usage

MOST = 10**15
"""More than any request can use; what a backend reports beyond it must not break a sum."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`reading` is for the whole input, `token` for each token of output, as the budget counts."""

    account: BudgetAccount
    ledger: Ledger
    reading: int
    token: Decimal

    @property
    def rule(self) -> BudgetRule:
        return self.account.rule

    def amount(self, output_tokens: int) -> int:
        """What the request may cost at most with so many tokens of output."""
        return self.reading + math.ceil(self.token * output_tokens)

    def affordable(self, free: int) -> float:
        """How many tokens of output so much pays for, once the input is paid; negative where not even that is."""
        if self.token:
            return math.floor((free - self.reading) / self.token)
        return math.inf if free >= self.reading else -1


def prices(rule: BudgetRule, rates: Rates | None, input_tokens: int) -> tuple[int, Decimal]:
    """For the whole input, and for each token of output, as the budget counts. Raises NoPrice.

    Nobody knows before how much of the input a cache has, or takes: the dearest price is reckoned with.
    """
    if not rule.is_money:
        return input_tokens, Decimal(1)
    if rates is None:
        if rule.refuses_unpriced:
            raise NoPrice(rule)
        return 0, Decimal(0)
    at = rates.tokens(Usage(input_tokens=input_tokens))
    dearest = max(at.input, at.cache_creation or 0, at.cache_creation_1h or 0)
    return math.ceil((dearest * input_tokens + rates.request) * NANO), at.output * NANO


def used(cost: Decimal | None, tokens: int, *, is_money: bool) -> int:
    """What a request has used of a budget, as the budget counts. A cost that nobody knows counts as nothing."""
    return min(MOST, max(0, round((cost or 0) * NANO) if is_money else tokens))


def total_tokens(usage: Usage) -> int:
    read = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens
    return read + usage.output_tokens
