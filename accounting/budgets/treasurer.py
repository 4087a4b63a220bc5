"""The one thread of a process that asks the database for money, tokens and slots, and gives back what is not used.

Who waits for the same thing is served by one transaction. Twice a second the thread notes what was used beyond what
was lent, and gives back what nobody needed for some seconds, or at once what another process wants. While the database
is away nobody waits for it: requests may go on for a while with what is left here (`blind_allowance`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic

from django import db
from django.conf import settings

from accounting.budgets.accounts import BudgetAccount
from accounting.budgets.ledger import Ledger, Ledgers
from accounting.database import use_own_connection
from accounting.models import BudgetWindow
from accounting.models.budgets import NANO

TICK_SECONDS = 0.5
IDLE_SECONDS = 5.0
REST_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
TOKENS_PER_USD = 200_000
"""What a dollar of the blind allowance comes to in budgets of tokens."""

Want = tuple[Ledger, int, "Future[None]"]

logger = logging.getLogger(__name__)


class Treasurer:
    """What the requests of a process ask for what they may spend; the thread runs between `start` and `stop`."""

    def __init__(self) -> None:
        self.ledgers = Ledgers()
        self.is_away = True
        self._journal = ""
        self._wants: SimpleQueue[Want | None] = SimpleQueue()
        self._stops: SimpleQueue[BudgetAccount] = SimpleQueue()
        self._next_tick = 0.0
        self._thread: threading.Thread | None = None
        self._stopping = False

    def start(self, journal: str) -> None:
        """Begin to lend, in the name of the process that has this journal."""
        self.ledgers, self.is_away, self._journal, self._stopping = Ledgers(), False, journal, False
        self._thread = threading.Thread(target=self._run, name="treasurer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give back everything that is not used."""
        thread, self._thread = self._thread, None
        self._stopping = True
        self._wants.put(None)
        if thread is not None:
            thread.join(PATIENCE_SECONDS)
        self.is_away = True

    async def fill(self, ledger: Ledger, amount: int) -> None:
        """Return when the ledger has so much that is free, or as much as there is.

        What is lent for this request may be taken by another one before it gets to run; then it asks again.
        """
        while ledger.free < amount and not self.is_away and monotonic() >= ledger.rests_until:
            await self._served(ledger, amount)

    async def _served(self, ledger: Ledger, amount: int) -> None:
        filled: Future[None] = Future()
        self._wants.put((ledger, amount, filled))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.shield(asyncio.wrap_future(filled))
        except TimeoutError:
            self._failed("it does not answer")

    def blind_allowance(self, ledger: Ledger) -> int:
        """What may be spent beyond what was lent: something while the database is away, of what was left then."""
        if not self.is_away or not isinstance(ledger.account, BudgetAccount):
            return 0
        usd = settings.BUDGET_BLIND_USD
        allowance = usd * NANO if ledger.account.rule.is_money else usd * TOKENS_PER_USD
        return allowance if ledger.last is None else min(allowance, ledger.last.left)

    def note_stop(self, ledger: Ledger) -> None:
        """Have the time noted at which the budget refused a request first."""
        if not ledger.is_stopped and isinstance(ledger.account, BudgetAccount):
            ledger.is_stopped = True
            self._stops.put(ledger.account)

    def _run(self) -> None:
        use_own_connection()
        try:
            while not self._stopping:
                self._attempt(self._serve, self._gather())
                if monotonic() >= self._next_tick:
                    self._attempt(self.tick, IDLE_SECONDS)
                    self._next_tick = monotonic() + TICK_SECONDS
            self._attempt(self.tick, 0.0)
        finally:
            db.connection.close()

    def _gather(self) -> list[Want]:
        """All that is wanted now; waits for it, but no longer than to the next tick."""
        patience = max(0.0, self._next_tick - monotonic())
        wants: list[Want | None] = []
        with suppress(Empty):
            wants.append(self._wants.get(timeout=patience))
            while True:
                wants.append(self._wants.get_nowait())
        return [want for want in wants if want is not None]

    def _serve(self, wants: list[Want]) -> None:
        by_ledger: defaultdict[Ledger, int] = defaultdict(int)
        for ledger, amount, _ in wants:
            by_ledger[ledger] += amount
        try:
            for ledger, amount in by_ledger.items():
                self.claim(ledger, amount - ledger.free)
        finally:
            for _, _, filled in wants:
                filled.set_result(None)

    def claim(self, ledger: Ledger, want: int) -> None:
        """Have so much more lent, or what is left."""
        ledger.cover()
        claim = ledger.account.claim(self._journal, ledger.written, ledger.granted, max(0, want))
        ledger.granted += claim.extra
        ledger.written, ledger.last = ledger.granted, claim
        if claim.extra < want:
            ledger.rests_until = monotonic() + min(REST_SECONDS, claim.wait or TICK_SECONDS)

    def tick(self, idle_seconds: float) -> None:
        """Note what was used beyond what was lent; give back what nobody needed for so long, or somebody else wants."""
        while not self._stops.empty():
            self._stops.get().note_stop()
        for ledger in self.ledgers.all():
            if self._is_unused(ledger, idle_seconds):
                ledger.take_back()
            else:
                ledger.cover()
            if ledger.granted != ledger.written:
                granted = ledger.granted
                ledger.account.put(self._journal, ledger.written, granted)
                ledger.written = granted
            if ledger.is_done:
                self.ledgers.drop(ledger)
        self._returned()

    def _is_unused(self, ledger: Ledger, idle_seconds: float) -> bool:
        """Whether what is free there is better given back."""
        if ledger.free <= 0:
            return False
        if monotonic() - ledger.touched >= idle_seconds:
            return True
        wanted, last = ledger.account.wanted(), ledger.last
        if wanted is None or last is None or wanted == last.wanted:
            return False
        ledger.last = last._replace(wanted=wanted)
        return True

    def _attempt(self, step: Callable[..., None], *arguments: object) -> None:
        try:
            step(*arguments)
        except Exception as error:  # whatever it is, the thread is needed
            self._failed(error)
            with suppress(db.Error):
                db.connection.close()

    def _failed(self, error: object) -> None:
        if not self.is_away:
            unforeseen = isinstance(error, Exception) and not isinstance(error, db.Error)
            logger.error("budgets cannot be looked at, their leases hold for now: %s", error, exc_info=unforeseen)
        self.is_away = True

    def _returned(self) -> None:
        if self.is_away and not self._stopping:
            with db.transaction.atomic():  # on SQLite only who writes finds out whether that can be done
                BudgetWindow.objects.exists()
            logger.warning("budgets can be looked at again")
            self.is_away = False


treasurer = Treasurer()
