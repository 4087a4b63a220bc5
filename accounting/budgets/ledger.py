"""What this process holds of one budget or limit: lent in all, used in all, set aside for requests that run.

The event loop sets aside and uses, the treasurer's thread lends and takes back; `moving` is held for the moments in
which one of them looks and then changes something.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from time import monotonic

from accounting.budgets.accounts import Account, Claim

moving = threading.Lock()


class Ledger:
    """`granted` and `used` only grow, except that what is not used is given back; `written` is the `granted` that the
    database has. `last` is what the last claim found, `rests_until` when another one may find anything else.
    `is_stopped`: a request was refused for the sake of it.
    """

    __slots__ = ("account", "granted", "is_stopped", "last", "reserved", "rests_until", "touched", "used", "written")

    def __init__(self, account: Account) -> None:
        self.account = account
        self.granted = 0
        self.used = 0
        self.reserved = 0
        self.written = 0
        self.last: Claim | None = None
        self.rests_until = 0.0
        self.is_stopped = False
        self.touched = monotonic()

    @property
    def free(self) -> int:
        return self.granted - self.used - self.reserved

    def reserve(self, amount: int) -> None:
        self.reserved += amount
        self.touched = monotonic()

    def use(self, amount: int) -> None:
        self.used += amount
        self.touched = monotonic()

    def settle(self, reserved: int, used: int) -> None:
        """What was set aside is free again, what was used is gone."""
        with moving:
            self.reserved -= reserved
            self.used += used

    def take_back(self) -> None:
        """Keep no more than what is used and set aside; what was used beyond what was lent counts as lent."""
        with moving:
            self.granted = self.used + self.reserved if self.free > 0 else max(self.granted, self.used)

    def cover(self) -> None:
        """What was used beyond what was lent counts as lent."""
        with moving:
            self.granted = max(self.granted, self.used)

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left to tell, and no request can come back to it."""
        return self.account.is_over and not self.reserved and self.granted == self.written == self.used


class Ledgers:
    """All of this process, by what they are of."""

    def __init__(self) -> None:
        self._ledgers: dict[Hashable, Ledger] = {}

    def of(self, account: Account) -> Ledger:
        """The ledger of that account, as its rule is now."""
        ledger = self._ledgers.get(account.key)
        if ledger is None:
            ledger = self._ledgers[account.key] = Ledger(account)
        if ledger.account != account:
            ledger.account, ledger.is_stopped, ledger.rests_until = account, False, 0.0
        return ledger

    def all(self) -> list[Ledger]:
        return list(self._ledgers.values())

    def drop(self, ledger: Ledger) -> None:
        self._ledgers.pop(ledger.account.key, None)
