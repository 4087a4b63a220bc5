"""What the service booked, read by commands of its own."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.accounting.kill_protocol.reconciliation import Books, Budget, Row, Tokens
from tests.support.gateway import Gateway

NANO = 10**9
MODELS = ("usagerecord", "budget", "budgetwindow", "budgetlease", "rollupdue")


def books(gateway: Gateway) -> Books:
    tables: defaultdict[str, dict[Any, Mapping[str, Any]]] = defaultdict(dict)
    for found in json.loads(gateway.manage("dumpdata", *(f"accounting.{model}" for model in MODELS))):
        tables[found["model"].removeprefix("accounting.")][found["pk"]] = found["fields"]
    rows = tuple(row(number, fields) for number, fields in sorted(tables["usagerecord"].items()))
    return Books(rows, budgets(tables), reported(gateway), wrong_sums(gateway), len(tables["rollupdue"]))


def row(number: str, fields: Mapping[str, Any]) -> Row:
    read = sum(fields[name] for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"))
    return Row(
        request_id=number.replace("-", ""),
        state=fields["state"],
        tokens=Tokens(read, fields["output_tokens"]),
        cost=round(Decimal(fields["cost"] or 0) * NANO),
        budgets=tuple(budget for budget, _ in fields["budgets"]),
    )


def budgets(tables: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> dict[int, Budget]:
    """By their numbers; each has one window, for all of its life."""
    held: defaultdict[int, int] = defaultdict(int)
    for lease in tables["budgetlease"].values():
        held[lease["window"]] += lease["granted"] - lease["settled"]
    return {
        window["budget"]: Budget(tables["budget"][window["budget"]]["unit"], window["spent"], held[number])
        for number, window in tables["budgetwindow"].items()
    }


def reported(gateway: Gateway) -> Tokens:
    lines = list(csv.DictReader(gateway.manage("usage_report", "--by", "day", "--csv").splitlines()))
    return Tokens(*(sum(int(line[name]) for line in lines) for name in ("input_tokens", "output_tokens")))


def wrong_sums(gateway: Gateway) -> tuple[str, ...]:
    """What the service itself finds."""
    try:
        gateway.manage("rebuild_rollups", "--check")
    except AssertionError as difference:
        return (str(difference),)
    return ()
