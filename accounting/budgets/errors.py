"""Why a request may not spend; each knows what the client is told.

Refusal
├── SpendLimitReached    the budget is spent: asking again cannot help before it begins anew (protocol E3)
├── NoPrice              a budget counts money, and nobody knows what the model costs
├── BudgetReserved       what is left is set aside for requests that run now
├── RateLimited          too many requests or tokens within a minute (E4)
├── TooManyAtOnce        too many requests run
└── BudgetsUnavailable   the database is away, and what may be spent without it is spent
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from accounting.budgets.rules import BudgetRule, LimitRule
from accounting.budgets.windows import Window
from conversion.errors import ErrorType

NEVER_SECONDS = 86_400
"""What is said of a budget that does not begin anew; above a minute Claude Code gives up at once."""


class Refusal(Exception):
    """A refusal before any backend was asked."""

    status: int = 429
    type: ErrorType = "rate_limit_error"

    def __init__(self, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers


class SpendLimitReached(Refusal):
    type: ErrorType = "billing_error"

    def __init__(self, rule: BudgetRule, window: Window, now: float) -> None:
        headers = {"x-should-retry": "false", "anthropic-ratelimit-unified-status": "rejected"}
        if window.ends_at is None:
            resets, wait = "does not reset", NEVER_SECONDS
        else:
            resets, wait = f"resets {in_zone(window.ends_at, rule)}", max(1, math.ceil(window.ends_at - now))
            headers["anthropic-ratelimit-unified-reset"] = str(window.ends_at)
        super().__init__(
            f"spend limit reached ({rule.name}: {rule.amount_text}; {resets})", {"retry-after": str(wait), **headers}
        )


class NoPrice(Refusal):
    status = 403
    type: ErrorType = "permission_error"

    def __init__(self, rule: BudgetRule) -> None:
        super().__init__(
            f"the price of this model is not known, and the budget {rule.name} lets through only what it can count; "
            "ask the admin of this gateway for a price",
            {"x-should-retry": "false"},
        )


class BudgetReserved(Refusal):
    def __init__(self, rule: BudgetRule) -> None:
        super().__init__(
            f"what is left of {rule.name} ({rule.amount_text}) is set aside for requests that run now",
            {"retry-after": "5"},
        )


class RateLimited(Refusal):
    def __init__(self, rule: LimitRule, counts: str, wait: float) -> None:
        super().__init__(
            f"rate limit reached ({rule.name}: {rule.amounts[counts]:,} {counts} per minute)",
            {"retry-after": str(min(60, max(1, math.ceil(wait))))},
        )


class TooManyAtOnce(Refusal):
    def __init__(self, rule: LimitRule) -> None:
        super().__init__(
            f"too many requests at once ({rule.name}: {rule.amounts['slots']:,} may run)", {"retry-after": "2"}
        )


class BudgetsUnavailable(Refusal):
    status = 529
    type: ErrorType = "overloaded_error"

    def __init__(self, rule: BudgetRule) -> None:
        super().__init__(
            f"the gateway cannot look at the budget {rule.name} at the moment, and no more may be spent meanwhile",
            {"retry-after": "30"},
        )


def in_zone(seconds: int, rule: BudgetRule) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(rule.zone):%Y-%m-%d %H:%M} {rule.zone.key}"
