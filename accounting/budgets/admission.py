"""Whether a request may be served, and with how many tokens of output: decided in memory, before a backend is asked.

    admission = await admit(key, rates, input_tokens, max_tokens)     raises `errors.Refusal`
    …                                                                 with at most `admission.max_tokens`
    admission.settle(rates, usage, state)                             once, however it ended

The most that it can cost is set aside in each budget that holds for the key. Where that does not fit any more, fewer
tokens of output are, rather than none; from looking to setting aside the event loop does nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from time import time

from accounting.budgets.accounts import BudgetAccount, MinuteAccount, SlotAccount
from accounting.budgets.asks import Ask, prices, total_tokens, used
from accounting.budgets.errors import (
    BudgetReserved,
    BudgetsUnavailable,
    RateLimited,
    Refusal,
    SpendLimitReached,
    TooManyAtOnce,
)
from accounting.budgets.ledger import Ledger, moving
from accounting.budgets.rules import LimitRule, rulebook
from accounting.budgets.treasurer import TICK_SECONDS, treasurer
from accounting.prices.rates import Rates, charge
from conversion.notices import Notice
from conversion.usage import Usage
from routing.table import KeyEntry

SMALLEST_OUTPUT = 1024
"""In tokens. Less is of no use: then the budget counts as spent."""
OTHERS_SECONDS = TICK_SECONDS * 1.2
"""After so long, other processes have given back what they do not use."""


class Admission:
    """What is set aside for one request. `budgets` are the windows that it counts for, as (budget, begin) pairs."""

    __slots__ = ("_asks", "_minutes", "_slots", "budgets", "max_tokens", "notices")

    def __init__(self) -> None:
        self.budgets: tuple[tuple[int, int], ...] = ()
        self.max_tokens: int | None = None
        self.notices: tuple[Notice, ...] = ()
        self._asks: list[tuple[Ask, int]] = []
        self._slots: list[Ledger] = []
        self._minutes: list[tuple[Ledger, int]] = []

    def settle(self, rates: Rates | None, usage: Usage, state: str) -> None:
        """What was set aside is free again; what the request used is gone, and its row will say so. Once only."""
        if self is not UNBOUNDED:
            self._settle(charge(rates, usage, state).cost, total_tokens(usage))

    def release(self) -> None:
        """It was not served after all."""
        self._settle(None, 0)

    def _settle(self, cost: Decimal | None, tokens: int) -> None:
        for ask, reserved in self._asks:
            ask.ledger.settle(reserved, used(cost, tokens, is_money=ask.rule.is_money))
        for ledger, reckoned in self._minutes:
            ledger.settle(0, tokens - reckoned)
        for ledger in self._slots:
            ledger.settle(1, 0)
        self._asks, self._minutes, self._slots = [], [], []

    async def enter(self, rule: LimitRule, input_tokens: int) -> None:
        """Stay within one limit, or raise."""
        if "slots" in rule.amounts:
            ledger = treasurer.ledgers.of(SlotAccount(rule))
            await fill(ledger, 1)
            if not taken(ledger, 1, ledger.reserve):
                raise TooManyAtOnce(rule)
            self._slots.append(ledger)
        for counts, amount in (("requests", 1), ("tokens", input_tokens)):
            if counts in rule.amounts:
                await self._count(rule, counts, min(amount, rule.amounts[counts]))

    async def _count(self, rule: LimitRule, counts: str, amount: int) -> None:
        ledger = treasurer.ledgers.of(MinuteAccount(rule, counts))
        await treasurer.fill(ledger, amount)
        if not taken(ledger, amount, ledger.use):
            raise RateLimited(rule, counts, ledger.last.wait if ledger.last is not None else 1.0)
        if counts == "tokens":
            self._minutes.append((ledger, amount))

    async def reserve(self, asks: Sequence[Ask], max_tokens: int) -> None:
        """Set aside what the request may use of every budget, or raise."""
        stopping = [ask for ask in asks if ask.rule.stops]
        for ask in stopping:
            await fill(ask.ledger, ask.amount(max_tokens))
        with moving:
            output = int(min([max_tokens, *(affordable(ask) for ask in stopping)]))
            if output < min(max_tokens, SMALLEST_OUTPUT):
                raise refusal(min(stopping, key=affordable), max_tokens)
            for ask in asks:
                ask.ledger.reserve(ask.amount(output))
                self._asks.append((ask, ask.amount(output)))
        self.budgets = tuple((ask.rule.id, ask.account.window.starts_at) for ask in asks)
        if output < max_tokens:
            self.max_tokens = output
            self.notices = (Notice("max_tokens_lowered", f"to {output}: more does not fit into the budget"),)


UNBOUNDED = Admission()
"""Of a gateway without budgets and limits: nothing is set aside, so it can be anybody's."""


async def admit(key: KeyEntry, rates: Rates | None, input_tokens: int, max_tokens: int) -> Admission:
    """Set aside what a client's request may use; raises Refusal."""
    if rulebook.is_empty:
        return UNBOUNDED
    return await admitted(rulebook.limits.of(key), asks_of(key, rates, input_tokens), input_tokens, max_tokens)


async def admit_errand(key: KeyEntry, rates: Rates | None, input_tokens: int, max_tokens: int) -> Admission:
    """The same for a request that the gateway makes for the sake of a client's: it costs, but no limit counts it."""
    if rulebook.is_empty:
        return UNBOUNDED
    return await admitted([], asks_of(key, rates, input_tokens), input_tokens, max_tokens)


async def admitted(limits: Sequence[LimitRule], asks: Sequence[Ask], input_tokens: int, max_tokens: int) -> Admission:
    """Everything is set aside, or nothing."""
    admission = Admission()
    try:
        for limit in limits:
            await admission.enter(limit, input_tokens)
        await admission.reserve(asks, max_tokens)
    except BaseException:
        admission.release()
        raise
    return admission


def asks_of(key: KeyEntry, rates: Rates | None, input_tokens: int) -> list[Ask]:
    """What the request asks of each budget that holds for its key."""
    now = time()
    asks = []
    for rule in rulebook.budgets.of(key):
        account = BudgetAccount(rule, rule.window(now))
        asks.append(Ask(account, treasurer.ledgers.of(account), *prices(rule, rates, input_tokens)))
    return asks


async def fill(ledger: Ledger, amount: int) -> None:
    """Ask for what is missing, once more after other processes could give back what they hold."""
    await treasurer.fill(ledger, amount)
    if ledger.free < amount and ledger.last is not None and ledger.last.others and not treasurer.is_away:
        await asyncio.sleep(OTHERS_SECONDS)
        await treasurer.fill(ledger, amount)


def taken(ledger: Ledger, amount: int, take: Callable[[int], None]) -> bool:
    """Whether there was so much; while the database is away, limits stop nobody."""
    with moving:
        if ledger.free < amount and not treasurer.is_away:
            return False
        take(amount)
    return True


def affordable(ask: Ask) -> float:
    return ask.affordable(ask.ledger.free + treasurer.blind_allowance(ask.ledger))


def refusal(ask: Ask, max_tokens: int) -> Refusal:
    """Why the request does not fit into this budget."""
    ledger, last = ask.ledger, ask.ledger.last
    if treasurer.is_away or last is None:
        return BudgetsUnavailable(ask.rule)
    if last.ceiling - ledger.used >= ask.amount(min(max_tokens, SMALLEST_OUTPUT)):
        return BudgetReserved(ask.rule)
    treasurer.note_stop(ledger)
    return SpendLimitReached(ask.rule, ask.account.window, time())
