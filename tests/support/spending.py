"""Budgets, limits and prices for a service that did not start yet, and what its processes made of them.

`Books` reads them from the service's SQLite, which is quicker than a command; the functions below read any database.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from itertools import count
from typing import Any

from tests.support.gateway import Gateway, eventually
from tests.support.rows import Row

numbers = count(1)
NANO = 10**9
TIMEOUT = 20.0
PEPPER = "pepper-of-the-tests-0123456789abcdefghij"
"""The service's KEY_PEPPER, for the keys of `client_rows`."""


def client_rows(number: int, name: str, key: str) -> Iterator[Row]:
    """A client with a key that it brought along."""
    issued = {"created_at": "2026-01-01T00:00Z", "prefix": f"own_{number}", "pepper": ""}
    yield {"model": "routing.client", "pk": number, "fields": {"name": name, "created_at": "2026-01-01T00:00Z"}}
    digest = hmac.digest(PEPPER.encode(), key.encode(), "sha256").hex()
    yield {"model": "routing.clientkey", "pk": number, "fields": {**issued, "client": number, "digest": digest}}


def price_row(model: str = "*", *, input: str = "0", output: str = "10") -> Row:
    """What a million tokens cost: by default a token of output is a hundredth of a thousandth of a dollar."""
    return {
        "model": "accounting.price",
        "pk": next(numbers),
        "fields": {"model": model, "input": input, "output": output},
    }


def budget_row(amount: str, **fields: Any) -> Row:
    number = next(numbers)
    given = {"name": f"budget {number}", "amount": amount, "period": "lifetime", "created_at": "2026-01-01T00:00Z"}
    return {"model": "accounting.budget", "pk": number, "fields": {**given, **fields}}


def limit_row(**fields: Any) -> Row:
    number = next(numbers)
    given = {"name": f"limit {number}", "created_at": "2026-01-01T00:00Z"}
    return {"model": "accounting.limit", "pk": number, "fields": {**given, **fields}}


def dumped(gateway: Gateway, model: str) -> list[dict[str, Any]]:
    return [row["fields"] for row in json.loads(gateway.manage("dumpdata", f"accounting.{model}"))]


def window(gateway: Gateway) -> dict[str, Any]:
    """The only window there is."""
    (found,) = dumped(gateway, "budgetwindow")
    return found


def spent(gateway: Gateway) -> Decimal:
    return Decimal(window(gateway)["spent"]) / NANO


def leased(gateway: Gateway) -> int:
    """What is lent to processes and not settled."""
    return sum(lease["granted"] - lease["settled"] for lease in dumped(gateway, "budgetlease"))


def cost_of_rows(gateway: Gateway) -> Decimal:
    rows = dumped(gateway, "usagerecord")
    return sum((Decimal(row["cost"] or 0) for row in rows if row["budgets"]), Decimal(0))


class Books:
    """What the SQLite of a service says."""

    def __init__(self, gateway: Gateway) -> None:
        self._file = gateway.folder / "data" / "proxy.sqlite3"

    def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self._file, timeout=TIMEOUT)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(sql, values)]

    def records(self, client: str, count: int) -> list[dict[str, Any]]:
        """The final rows of a client, once there are so many."""
        found: list[dict[str, Any]] = []
        sql = "SELECT * FROM accounting_usagerecord WHERE client_name = ? AND state <> 'open' ORDER BY started_at"

        def enough() -> bool:
            found[:] = self.query(sql, client)
            return len(found) >= count

        eventually(enough, TIMEOUT, lambda: f"{len(found)} of {count} rows")
        return found

    def window(self, budget: str) -> dict[str, Any]:
        """The only window of a budget."""
        sql = (
            "SELECT w.* FROM accounting_budgetwindow w JOIN accounting_budget b ON b.id = w.budget_id WHERE b.name = ?"
        )
        (found,) = self.query(sql, budget)
        return found
