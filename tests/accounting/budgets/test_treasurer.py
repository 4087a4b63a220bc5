"""The thread that fetches what requests may spend, over a connection of its own."""

import asyncio
import logging
import threading

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper

from accounting.budgets import treasurer as module
from accounting.budgets.accounts import SlotAccount
from accounting.budgets.treasurer import Treasurer
from accounting.models import BudgetLease
from tests.accounting.budgets.samples import TOKENS, account, budget, limit, limit_rule
from tests.support.gateway import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _threads_close_their_connections(monkeypatch):
    """Django never closes a connection to a database in memory, which the test's own thread keeps alive anyway."""
    in_memory = DatabaseWrapper.is_in_memory_db
    own = threading.current_thread()
    monkeypatch.setattr(
        DatabaseWrapper, "is_in_memory_db", lambda self: threading.current_thread() is own and in_memory(self)
    )


@pytest.fixture
def treasurer(monkeypatch):
    monkeypatch.setattr(module, "TICK_SECONDS", 0.02)
    treasurer = Treasurer()
    treasurer.start("a")
    yield treasurer
    treasurer.stop()


def fill(treasurer, *wants):
    async def course():
        await asyncio.gather(*(treasurer.fill(ledger, amount) for ledger, amount in wants))

    async_to_sync(course)()


def lent():
    return dict(BudgetLease.objects.values_list("journal", "granted"))


def test_who_waits_together_is_served_together(treasurer):
    ledger = treasurer.ledgers.of(account(budget(**TOKENS)))
    fill(treasurer, (ledger, 100), (ledger, 200))
    assert ledger.free >= 300
    assert lent() == {"a": ledger.granted}


def test_who_comes_a_moment_later_does_not_go_without(treasurer):
    slots = limit_rule(limit(concurrent_requests=20))
    ledger = treasurer.ledgers.of(SlotAccount(slots))

    async def one(number):
        for _ in range(number):
            await asyncio.sleep(0)  # they come one after the other, while the thread serves
        await treasurer.fill(ledger, 1)
        assert ledger.free >= 1
        ledger.reserve(1)

    async def course():
        await asyncio.gather(*(one(20 * number) for number in range(20)))

    async_to_sync(course)()
    assert ledger.reserved == 20


def test_what_is_there_already_is_not_asked_for(treasurer):
    ledger = treasurer.ledgers.of(account(budget(**TOKENS)))
    fill(treasurer, (ledger, 100))
    before = ledger.last
    fill(treasurer, (ledger, 100))
    assert ledger.last is before


def test_what_nobody_needs_is_given_back(treasurer, monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.0)
    ledger = treasurer.ledgers.of(account(budget(**TOKENS)))
    fill(treasurer, (ledger, 100))
    eventually(lambda: lent() == {"a": 0}, 10, lambda: f"not given back: {lent()}")


def test_everything_is_given_back_when_it_stops(treasurer):
    ledger = treasurer.ledgers.of(account(budget(**TOKENS)))
    fill(treasurer, (ledger, 100))
    ledger.reserve(30)
    treasurer.stop()
    assert lent() == {"a": 30}


class Broken:
    """An account whose database is away until it is mended."""

    key = ("budget", 1, 0)
    is_over = False
    mended = False

    def __init__(self, of):
        self._of = of

    def __getattr__(self, name):
        if self.mended:
            return getattr(self._of, name)
        raise OperationalError("the database is away")


def test_nobody_waits_while_the_database_is_away(treasurer, caplog):
    broken = Broken(account(budget(**TOKENS)))
    ledger = treasurer.ledgers.of(broken)
    ledger.granted = 5  # something to note, so that the thread finds out that it is away still
    with caplog.at_level(logging.WARNING):
        fill(treasurer, (ledger, 100))
        assert treasurer.is_away
        fill(treasurer, (ledger, 100))
        assert ledger.free < 100
        broken.mended = True
        eventually(lambda: not treasurer.is_away, 10, lambda: "it is away for ever")
    assert [record.levelname for record in caplog.records if record.name == module.__name__] == ["ERROR", "WARNING"]
    fill(treasurer, (ledger, 100))
    assert ledger.free >= 100


def test_without_its_thread_nothing_is_waited_for():
    idle = Treasurer()
    ledger = idle.ledgers.of(account(budget(**TOKENS)))
    fill(idle, (ledger, 100))
    assert ledger.free == 0
