"""The side of budgets and limits that all processes share: rows of the database, each locked before it is looked at.

A claim lends a process what it wants and a little more, so that it rarely asks; the nearer the end, the less. Where a
claim falls short, `wanted` tells other processes to give back what they do not use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import NamedTuple, Protocol

from django.db import transaction
from django.utils import timezone

from accounting.budgets.rules import BudgetRule, LimitRule
from accounting.budgets.windows import Window, window_at
from accounting.models import Budget, BudgetLease, BudgetWindow, Limit, LimitBucket, LimitHold

MORE_SHARE = 50
"""A fiftieth of the amount is lent beyond what is wanted…"""
LEFT_SHARE = 8
"""…and never more than an eighth of what is left."""
LATE_SECONDS = 60
"""So long after its end, no request is on its way into a window."""


class Claim(NamedTuple):
    """What a claim found. `extra` is lent now, `left` to nobody, `others` to other processes. `ceiling` is what this
    process could use in all if they gave back everything; `wait` is how many seconds what is missing takes to flow off.
    """

    extra: int
    left: int = 0
    others: int = 0
    ceiling: int = 0
    wanted: int = 0
    wait: float = 0.0


class Account(Protocol):
    """A budget's window, or one of the amounts of a limit."""

    @property
    def key(self) -> tuple[str, int, int]: ...

    @property
    def is_over(self) -> bool: ...

    def claim(self, journal: str, written: int, granted: int, want: int) -> Claim:
        """Lend what is wanted, or what is left, to the process that was lent `granted` so far (noted: `written`)."""

    def put(self, journal: str, written: int, granted: int) -> None:
        """Note that the process was lent `granted` in all, where `written` was noted before."""

    def wanted(self) -> int | None:
        """Grows when another process wants what is lent; None where that never happens."""


def extra(want: int, left: int, amount: int) -> int:
    """What is lent to who wants so much."""
    left = max(0, left)
    return min(left, want + min(amount // MORE_SHARE, max(0, left - want) // LEFT_SHARE))


@dataclass(frozen=True, slots=True)
class BudgetAccount:
    rule: BudgetRule
    window: Window

    @property
    def key(self) -> tuple[str, int, int]:
        return "budget", self.rule.id, self.window.starts_at

    @property
    def is_over(self) -> bool:
        ends_at = self.window.ends_at
        return ends_at is not None and ends_at + LATE_SECONDS < time()

    def claim(self, journal: str, written: int, granted: int, want: int) -> Claim:
        with transaction.atomic():
            if (row := locked_window(self.rule.id, self.window.starts_at)) is None:
                return Claim(want)  # deleted a moment ago: nothing holds it any more
            leases = {lease.journal: lease for lease in row.leases.all()}
            own = leases.pop(journal, None) or BudgetLease(window=row, journal=journal)
            others = sum(max(0, lease.granted - lease.settled) for lease in leases.values())
            ceiling = self.rule.amount - row.spent + own.settled
            left = ceiling - others - granted
            claim = Claim(extra(want, left, self.rule.amount), 0, others, ceiling)
            own.granted = granted + claim.extra
            own.save()
            row.wanted += claim.extra < want
            row.hold(self.rule.amount)
            row.save(update_fields=["amount", "wanted", "warned_at", "stopped_at"])
        return claim._replace(left=max(0, left - claim.extra), wanted=row.wanted)

    def put(self, journal: str, written: int, granted: int) -> None:
        with transaction.atomic():
            if (row := locked_window(self.rule.id, self.window.starts_at)) is not None:
                row.leases.update_or_create(journal=journal, defaults={"granted": granted})

    def wanted(self) -> int | None:
        rows = BudgetWindow.objects.filter(budget=self.rule.id, starts_at=moment(self.window.starts_at))
        return rows.values_list("wanted", flat=True).first()

    def note_stop(self) -> None:
        """Requests are refused from now on."""
        with transaction.atomic():
            row = locked_window(self.rule.id, self.window.starts_at)
            if row is not None and row.stopped_at is None:
                row.stopped_at = timezone.now()
                row.save(update_fields=["stopped_at"])


@dataclass(frozen=True, slots=True)
class SlotAccount:
    """Requests at once: what is lent is never spent."""

    rule: LimitRule

    @property
    def key(self) -> tuple[str, int, int]:
        return "slots", self.rule.id, 0

    @property
    def is_over(self) -> bool:
        return False

    def claim(self, journal: str, written: int, granted: int, want: int) -> Claim:
        amount = self.rule.amounts["slots"]
        with transaction.atomic():
            if (limit := locked_limit(self.rule.id)) is None:
                return Claim(want)
            holds = LimitHold.objects.filter(limit=limit).exclude(journal=journal)
            others = sum(holds.values_list("slots", flat=True))
            found = Claim(extra(want, amount - others - granted, amount), others=others, ceiling=amount)
            slots = granted + found.extra
            LimitHold.objects.update_or_create(limit=limit, journal=journal, defaults={"slots": slots})
            if found.extra < want:
                limit.wanted += 1
                Limit.objects.filter(pk=limit.pk).update_quietly(wanted=limit.wanted)
        return found._replace(left=max(0, amount - others - slots), wanted=limit.wanted)

    def put(self, journal: str, written: int, granted: int) -> None:
        if Limit.objects.filter(pk=self.rule.id).exists():
            LimitHold.objects.update_or_create(limit_id=self.rule.id, journal=journal, defaults={"slots": granted})

    def wanted(self) -> int | None:
        return Limit.objects.filter(pk=self.rule.id).values_list("wanted", flat=True).first()


@dataclass(frozen=True, slots=True)
class MinuteAccount:
    """Requests or tokens per minute: a bucket that what is lent fills, and that empties within a minute."""

    rule: LimitRule
    counts: str

    @property
    def key(self) -> tuple[str, int, int]:
        return self.counts, self.rule.id, 0

    @property
    def is_over(self) -> bool:
        return False

    def claim(self, journal: str, written: int, granted: int, want: int) -> Claim:
        amount = self.rule.amounts[self.counts]
        with transaction.atomic():
            if (bucket := self._bucket()) is None:
                return Claim(want)
            bucket.used = max(0, bucket.used + granted - written)
            left = amount - bucket.used
            found = Claim(extra(want, left, amount), wait=60 * (want - left) / amount)
            bucket.used += found.extra
            bucket.save()
        return found

    def put(self, journal: str, written: int, granted: int) -> None:
        with transaction.atomic():
            if (bucket := self._bucket()) is not None:
                bucket.used = max(0, bucket.used + granted - written)
                bucket.save()

    def wanted(self) -> int | None:
        return None

    def _bucket(self) -> LimitBucket | None:
        """The bucket as full as it is now, locked by its limit."""
        if (limit := locked_limit(self.rule.id)) is None:
            return None
        bucket, _ = LimitBucket.objects.get_or_create(limit=limit, counts=self.counts, defaults={"at": time()})
        now = max(bucket.at, time())
        flown = int((now - bucket.at) * self.rule.amounts[self.counts] / 60)
        if flown:  # what is less than a whole one flows off later
            bucket.used, bucket.at = max(0, bucket.used - flown), now
        return bucket


def locked_window(budget: int, starts_at: int) -> BudgetWindow | None:
    """The window's row, which nobody else changes before the end of the transaction; None once the budget is gone."""
    if (row := Budget.objects.filter(pk=budget).first()) is None:
        return None
    ends_at = window_at(row.period, row.zone, starts_at).ends_at
    end = moment(ends_at) if ends_at is not None else None
    window, _ = BudgetWindow.objects.select_for_update().get_or_create(
        budget=row, starts_at=moment(starts_at), defaults={"ends_at": end, "amount": row.whole_amount}
    )
    return window


def locked_limit(number: int) -> Limit | None:
    return Limit.objects.select_for_update().filter(pk=number).first()


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
