"""Budgets, accounts and requests for tests: what does not matter has a value of its own."""

from decimal import Decimal
from itertools import count
from time import time

from accounting.budgets.accounts import BudgetAccount
from accounting.budgets.rules import budget_rule, limit_rule
from accounting.models import Budget, Limit
from accounting.prices.rates import Rates
from conversion.usage import Usage
from routing.table import KeyEntry
from tests.accounting.samples import closing, entry, opening

names = count(1)
TOKENS = {"unit": "tokens", "amount": Decimal(1000)}
RATES = Rates(source="admin", input=Decimal("0.000001"), output=Decimal("0.00001"))


def budget(**fields):
    return Budget.objects.create(**{"name": f"budget {next(names)}", "amount": Decimal(1), "period": "day", **fields})


def limit(**fields):
    return Limit.objects.create(**{"name": f"limit {next(names)}", **fields})


def account(row):
    rule = budget_rule(row)
    return BudgetAccount(rule, rule.window(time()))


def key(**fields):
    who = {"id": 1, "client_id": 2, "client_name": "Ann", "team_id": 3, "team_name": "Core"}
    return KeyEntry(**{**who, "prefix": "ccp_", "digest": b"", "expires_at": None, **fields})


def counted(of, tokens, **fields):
    """The entry of a request that used so many tokens of this account's budget."""
    asked = opening(budgets=((of.rule.id, of.window.starts_at),), rates=RATES, **fields)
    return entry(asked, closing(usage=Usage(input_tokens=0, output_tokens=tokens)))


__all__ = [
    "RATES",
    "TOKENS",
    "account",
    "budget",
    "closing",
    "counted",
    "entry",
    "key",
    "limit",
    "limit_rule",
    "opening",
]
