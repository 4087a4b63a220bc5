"""What there is to tell, read from the rows that say when it happened.

Whoever counts a budget or opens a breaker notes the time with its row, once for all processes. An event has the same
key however often it is looked up, so that its deliveries are made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from accounting.budgets.rules import PERIODS, amount_text
from accounting.models import Budget, BudgetWindow
from routing.models import BackendHealth

WARNING, STOP, DOWN, UP, TEST = "budget.warning", "budget.stop", "backend.down", "backend.up", "test"
WORTH_TELLING = timedelta(seconds=30)
"""A model that is left alone for less, from its first failure on, is busy rather than out of order."""

Data = dict[str, str | int | None]


class Event(NamedTuple):
    """`subject` is what it is about, `team` the team that it is about alone."""

    key: str
    type: str
    subject: str
    at: datetime
    team: int | None
    text: str
    data: Data


def events(since: datetime) -> Iterator[Event]:
    yield from budget_events(since)
    yield from backend_events(since)


def sample(now: datetime) -> Event:
    """For whoever tries a notification."""
    text = "This is a message to try the notification; nothing happened."
    return Event(f"{TEST} {now.timestamp():.6f}", TEST, TEST, now, None, text, {})


def budget_events(since: datetime) -> Iterator[Event]:
    crossed = Q(warned_at__gte=since) | Q(stopped_at__gte=since)
    windows = BudgetWindow.objects.filter(crossed, budget__is_enabled=True)
    for window in windows.select_related("budget__team", "budget__client__team", "budget__key__client__team"):
        for kind, at, text in ((WARNING, window.warned_at, warning_text), (STOP, window.stopped_at, stop_text)):
            if at is not None and at >= since:
                yield budget_event(kind, window, at, text(window))


def budget_event(kind: str, window: BudgetWindow, at: datetime, text: str) -> Event:
    budget = window.budget
    data: Data = {
        "budget": budget.name,
        "holds_for": holds_for(budget),
        "unit": budget.unit,
        "amount": str(budget.amount),
        "spent": amount_text(window.spent, budget.is_money),
        "resets_at": window.ends_at.astimezone(UTC).isoformat() if window.ends_at is not None else None,
    }
    key = f"{kind} {window.pk} {at.timestamp():.6f}"
    return Event(key, kind, f"budget {budget.pk}", at, team_of(budget), text, data)


def warning_text(window: BudgetWindow) -> str:
    percent = min(100, window.spent * 100 // max(1, window.amount))
    return f"{called(window.budget)} is {percent} % spent: {spent_of(window)}{renewal(window, '; it begins anew {}')}."


def stop_text(window: BudgetWindow) -> str:
    rest = renewal(window, " until it begins anew {}") or " until its amount is raised"
    return f"{called(window.budget)} is spent: {spent_of(window)}. Requests are refused{rest}."


def called(budget: Budget) -> str:
    return f"The budget “{budget.name}” ({holds_for(budget)})"


def spent_of(window: BudgetWindow) -> str:
    budget = window.budget
    spent, amount = (amount_text(each, budget.is_money) for each in (window.spent, window.amount))
    return f"{spent} of {amount}{PERIODS[budget.period]}"


def renewal(window: BudgetWindow, words: str) -> str:
    """When it begins anew, in the zone of the budget; nothing for one that never does."""
    if window.ends_at is None:
        return ""
    zone = window.budget.zone
    return words.format(f"{window.ends_at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}")


def holds_for(budget: Budget) -> str:
    if budget.key is not None:
        return f"a key of {budget.key.client.name}"
    if budget.client is not None:
        return f"client {budget.client.name}"
    return f"team {budget.team.name}" if budget.team is not None else "everyone"


def team_of(budget: Budget) -> int | None:
    client = budget.key.client if budget.key is not None else budget.client
    return client.team_id if client is not None else budget.team_id


def backend_events(since: datetime) -> Iterator[Event]:
    """How the models of backends are: those in trouble since then, and those that have been in trouble."""
    for health in BackendHealth.objects.filter(open_until__gte=since).select_related("backend"):
        if not health.openings:
            yield backend_event(UP, health, timezone.now(), "is asked as usual again.")
        elif health.failing_since >= since and health.open_until - health.failing_since >= WORTH_TELLING:
            reason = health.reason or "no reason known"
            words = f"fails and is left alone, where a mapping has other targets: {reason}"
            yield backend_event(DOWN, health, health.failing_since, words)


def backend_event(kind: str, health: BackendHealth, at: datetime, words: str) -> Event:
    data: Data = {"backend": health.backend.name, "model": health.model, "reason": health.reason}
    key = f"{kind} {health.pk} {health.failing_since.timestamp():.6f}"
    subject = f"backend {health.backend_id} {health.pk}"
    return Event(key, kind, subject, at, None, f"{health.model} at {health.backend.name} {words}", data)
