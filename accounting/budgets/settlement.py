"""What requests have spent of their budgets, written in the transaction that brings their rows into the usage table.

Only what the rows change counts: from open to final everything, from closed by guess to what a journal says the
difference, from final to final nothing. So what a budget has spent is always the sum of its rows, however often a
journal is replayed. The lease of the journal's process shrinks by what is settled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from accounting.budgets.accounts import locked_window
from accounting.budgets.asks import total_tokens, used
from accounting.entries import Entry
from accounting.models import Budget, BudgetLease, BudgetWindow, LimitHold, ProcessJournal, UsageRecord
from accounting.prices.rates import charge

MOST_SPENT = 2**62


class Used(NamedTuple):
    """What a row says that the request has used."""

    cost: Decimal | None = None
    tokens: int = 0


class Spending(NamedTuple):
    """By what a request changes its budgets."""

    budgets: Sequence[Sequence[int]]
    journal: str
    after: Used
    before: Used = Used()

    def amount(self, *, is_money: bool) -> int:
        return used(*self.after, is_money=is_money) - used(*self.before, is_money=is_money)


def spendings(entries: Iterable[Entry], journal: str) -> list[Spending]:
    """What these entries will add when they are stored; call it before, in the same transaction."""
    ended = {entry.opening.request_id: entry for entry in entries if entry.closing and entry.opening.budgets}
    if not ended:
        return []
    before = rows_before(ended)
    found = []
    for request_id, entry in ended.items():
        row = before.get(request_id)
        if row is not None and row.state != UsageRecord.State.OPEN and not row.is_guess:
            continue
        before_it = used_by(row) if row is not None and row.is_guess else Used()
        found.append(Spending(entry.opening.budgets, journal, told_by(entry), before_it))
    return found


def rows_before(entries: Mapping[UUID, Entry]) -> dict[UUID, UsageRecord]:
    return {row.pk: row for row in UsageRecord.objects.select_for_update().filter(pk__in=list(entries))}


def told_by(entry: Entry) -> Used:
    """What the journal says."""
    closing = entry.closing
    assert closing is not None
    charged = charge(entry.opening.rates, closing.usage, closing.state)
    return Used(charged.cost, total_tokens(closing.usage))


def used_by(row: UsageRecord) -> Used:
    return Used(row.cost, row.total_tokens)


def guessed(rows: Iterable[UsageRecord]) -> list[Spending]:
    """What rows add that are closed by guess."""
    return [Spending(row.budgets, row.journal, used_by(row)) for row in rows if row.budgets]


def settle(spendings: Iterable[Spending]) -> None:
    """Add them up; in the order of the windows, so that nobody waits for each other."""
    shares: defaultdict[tuple[int, int], list[Spending]] = defaultdict(list)
    for spending in spendings:
        for budget, starts_at in spending.budgets:
            shares[budget, starts_at].append(spending)
    for (budget, starts_at), parts in sorted(shares.items()):
        if (window := locked_window(budget, starts_at)) is not None:
            add(window, parts)


def add(window: BudgetWindow, parts: Iterable[Spending]) -> None:
    budget = window.budget
    by_journal: defaultdict[str, int] = defaultdict(int)
    for part in parts:
        by_journal[part.journal] += part.amount(is_money=budget.is_money)
    window.spent = min(MOST_SPENT, window.spent + sum(by_journal.values()))
    window.hold(budget.whole_amount)
    note_thresholds(window, budget)
    window.save(update_fields=["spent", "amount", "warned_at", "stopped_at"])
    for journal, amount in by_journal.items():
        lease, _ = BudgetLease.objects.get_or_create(window=window, journal=journal)
        BudgetLease.objects.filter(pk=lease.pk).update(settled=F("settled") + amount)


def note_thresholds(window: BudgetWindow, budget: Budget) -> None:
    """When they were crossed first."""
    percent = budget.warning_percent
    if window.warned_at is None and percent and window.spent * 100 >= window.amount * percent:
        window.warned_at = timezone.now()
    if window.stopped_at is None and budget.stops and window.spent >= window.amount:
        window.stopped_at = timezone.now()


def end_leases(journal: str) -> None:
    """What the process of a journal was lent is nobody's any more: all its requests are settled."""
    BudgetLease.objects.filter(journal=journal).delete()
    LimitHold.objects.filter(journal=journal).delete()


def end_unheard_leases(heard: QuerySet[ProcessJournal, object], before: datetime) -> None:
    """The same for processes that nobody heard of since then; should one still live, it only has to ask again."""
    unheard = BudgetLease.objects.exclude(journal__in=heard).filter(changed_at__lt=before)
    unheard.exclude(granted=F("settled")).update(granted=F("settled"))
    LimitHold.objects.exclude(journal__in=heard).filter(changed_at__lt=before).delete()
