"""Processes that share a budget, in any order of what may happen: reliability §2.4 and I5.

Each has a treasurer and settles its own requests; one may be killed at any moment, and another adopts its journal.
"""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.budgets import settlement
from accounting.budgets.treasurer import Treasurer
from accounting.entries import interrupted
from accounting.models import Budget, BudgetLease, BudgetWindow, UsageRecord
from accounting.usage_table import store
from tests.accounting.budgets.samples import TOKENS, account, budget, counted
from tests.accounting.samples import entry

pytestmark = pytest.mark.django_db

AMOUNT = 1000


class Process:
    """What one process knows of the budget, and what it has not copied yet."""

    def __init__(self, name, of):
        self.name = name
        self.treasurer = Treasurer()
        self.treasurer._journal = name
        self.account = of
        self.ledger = self.treasurer.ledgers.of(of)
        self.running = []
        self.closed = []

    def admit(self, most):
        """Whether the request may use as much as that."""
        if self.ledger.free < most:
            self.treasurer.claim(self.ledger, most - self.ledger.free)
        if self.ledger.free < most:
            return False
        self.ledger.reserve(most)
        self.running.append((counted(self.account, 0), most))
        return True

    def close(self, share):
        """End the oldest request, which used a part of what was set aside."""
        if self.running:
            asked, most = self.running.pop(0)
            used = most * share // 100
            self.ledger.settle(most, used)
            self.closed.append(entry(asked.opening, counted(self.account, used).closing))

    def copy(self):
        store(self.closed, self.name)
        self.closed = []

    def tick(self, idle_seconds):
        self.treasurer.tick(idle_seconds)

    def adopted(self):
        """Its journal is replayed after it was killed: closed requests as they were, others interrupted."""
        left = [entry(asked.opening, output_tokens=most // 2) for asked, most in self.running]
        store([*self.closed, *(interrupted(each) for each in left)], self.name)
        settlement.end_leases(self.name)

    @property
    def used_and_set_aside(self):
        unsettled = sum(each.closing.usage.output_tokens for each in self.closed)
        return unsettled + sum(most for _, most in self.running)


def spent():
    return sum(BudgetWindow.objects.values_list("spent", flat=True))


def rows():
    return sum(UsageRecord.objects.values_list("output_tokens", flat=True))


def leased():
    return sum(lease.granted - lease.settled for lease in BudgetLease.objects.all())


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("admit"), st.integers(0, 2), st.integers(1, 400)),
        st.tuples(st.just("close"), st.integers(0, 2), st.integers(0, 100)),
        st.tuples(st.just("copy"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("tick"), st.integers(0, 2), st.sampled_from((0.0, 60.0))),
        st.tuples(st.just("kill"), st.integers(0, 2), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_together_they_never_spend_more_than_there_is(steps):
    Budget.objects.all().delete()
    UsageRecord.objects.all().delete()
    of = account(budget(**TOKENS))
    processes = [Process(f"process-{number}", of) for number in range(3)]
    for number, (step, which, argument) in enumerate(steps):
        process = processes[which]
        if step == "kill":
            process.adopted()
            processes[which] = Process(f"process-{which}-{number}", of)
        elif step == "copy":
            process.copy()
        else:
            getattr(process, step)(argument)
        assert spent() == rows()
        assert spent() + sum(process.used_and_set_aside for process in processes) <= AMOUNT
        assert spent() + leased() <= AMOUNT
    for process in processes:
        while process.running:
            process.close(50)
        process.copy()
        process.tick(0.0)
    assert spent() == rows()
    assert leased() == 0


def test_what_a_killed_process_was_lent_can_be_spent_by_others():
    of = account(budget(**TOKENS))
    first, second = Process("first", of), Process("second", of)
    assert first.admit(900)
    assert not second.admit(500)
    first.adopted()
    assert spent() == 450
    assert second.admit(500)


def test_what_another_process_wants_is_given_back_at_the_next_look():
    of = account(budget(**TOKENS))
    first, second = Process("first", of), Process("second", of)
    first.admit(900)
    first.close(10)
    assert not second.admit(500)
    first.tick(idle_seconds=60.0)
    assert second.admit(500)


def test_more_than_was_set_aside_is_noted_and_others_have_so_much_less():
    of = account(budget(**TOKENS))
    first, second = Process("first", of), Process("second", of)
    first.admit(100)
    first.ledger.settle(100, 950)
    first.tick(idle_seconds=60.0)
    assert leased() == 950
    assert not second.admit(100)
    assert second.admit(50)


def test_the_amount_may_change_while_it_is_spent():
    row = budget(**TOKENS)
    first = Process("first", account(row))
    assert not first.admit(1500)
    Budget.objects.update(amount=Decimal(2000))
    row.refresh_from_db()
    first.ledger = first.treasurer.ledgers.of(account(row))
    assert first.admit(1500)


def test_a_budget_that_is_deleted_holds_nobody_and_breaks_no_copy():
    row = budget(**TOKENS)
    first = Process("first", account(row))
    first.admit(100)
    row.delete()
    first.close(100)
    first.copy()
    first.tick(idle_seconds=0.0)
    assert first.admit(5000)
    assert rows() == 100


def test_a_lease_is_written_again_after_a_commit_in_doubt():
    of = account(budget(**TOKENS))
    first = Process("first", of)
    of.claim("first", 0, 0, 300)  # committed, but the process never heard of it
    assert first.admit(200)
    assert leased() == first.ledger.granted
