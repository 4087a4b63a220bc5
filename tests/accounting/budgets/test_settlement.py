"""What rows add to budgets: once, whatever is replayed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounting.adoption import SILENCE, close_lost_rows
from accounting.entries import interrupted
from accounting.models import BudgetLease, BudgetWindow, ProcessJournal, UsageRecord
from accounting.usage_table import store
from conversion.usage import Usage
from tests.accounting.budgets.samples import RATES, TOKENS, account, budget, counted
from tests.accounting.samples import closing, entry, opening

pytestmark = pytest.mark.django_db


def spent():
    return BudgetWindow.objects.get().spent


def test_an_open_request_has_spent_nothing_yet():
    of = account(budget(**TOKENS))
    store([entry(counted(of, 5).opening, output_tokens=3)], "a")
    assert not BudgetWindow.objects.exists()


def test_a_closed_request_has_spent_its_tokens_once():
    ended = counted(account(budget(**TOKENS)), 50)
    for _ in range(3):
        store([ended], "a")
    assert spent() == 50


def test_money_is_spent_as_the_row_says():
    of = account(budget())
    asked = opening(budgets=((of.rule.id, of.window.starts_at),), rates=RATES)
    store([entry(asked, closing(usage=Usage(input_tokens=7, output_tokens=11)))], "a")
    assert spent() == UsageRecord.objects.get().cost * 10**9 == 117_000


def test_cached_tokens_count_as_tokens():
    of = account(budget(**TOKENS))
    ended = closing(
        usage=Usage(input_tokens=1, output_tokens=2, cache_read_input_tokens=4, cache_creation_input_tokens=8)
    )
    store([entry(counted(of, 0).opening, ended)], "a")
    assert spent() == 15


def test_a_request_counts_for_each_of_its_budgets():
    first, second = account(budget(**TOKENS)), account(budget())
    pairs = tuple((of.rule.id, of.window.starts_at) for of in (first, second))
    store([entry(opening(budgets=pairs, rates=RATES), closing(usage=Usage(output_tokens=10)))], "a")
    assert dict(BudgetWindow.objects.values_list("budget_id", "spent")) == {first.rule.id: 10, second.rule.id: 100_000}


def test_a_request_whose_price_is_unknown_counts_as_no_money():
    of = account(budget())
    asked = opening(budgets=((of.rule.id, of.window.starts_at),))
    store([entry(asked, closing())], "a")
    assert spent() == 0


def test_an_interrupted_request_has_spent_its_estimate():
    of = account(budget(**TOKENS))
    asked = counted(of, 0, estimated_input_tokens=30).opening
    store([interrupted(entry(asked, output_tokens=12))], "a")
    assert spent() == 42


def test_figures_that_nobody_can_have_used_do_not_break_the_sum():
    of = account(budget(**TOKENS))
    store([counted(of, 2**70) for _ in range(3)], "a")
    assert spent() == 3 * 10**15


@pytest.mark.parametrize("later", ["the journal", "nothing"])
def test_a_row_closed_by_guess_counts_until_its_journal_says_better(later):
    of = account(budget(**TOKENS))
    began = (timezone.now() - 2 * SILENCE).timestamp()
    asked = counted(of, 0, estimated_input_tokens=30, started_at=began).opening
    store([entry(asked, output_tokens=10)], "gone")
    close_lost_rows()
    assert spent() == 40
    if later == "the journal":
        store([entry(asked, counted(of, 5).closing)], "gone")
        assert spent() == 5
    assert spent() == UsageRecord.objects.get().total_tokens


def test_the_leases_of_a_process_that_nobody_hears_of_are_free_again():
    of = account(budget(**TOKENS))
    of.claim("gone", 0, 0, 300)
    of.claim("alive", 0, 0, 300)
    BudgetLease.objects.update(changed_at=timezone.now() - 2 * SILENCE)
    ProcessJournal.objects.create(name="alive", seen_at=timezone.now())
    close_lost_rows()
    left = {lease.journal: lease.granted - lease.settled for lease in BudgetLease.objects.all()}
    assert left["gone"] == 0
    assert left["alive"] >= 300


def test_the_lease_of_a_process_shrinks_by_what_it_settles():
    of = account(budget(**TOKENS))
    claim = of.claim("a", 0, 0, 300)
    store([counted(of, 100)], "a")
    lease = BudgetLease.objects.get()
    assert (lease.granted, lease.settled) == (claim.extra, 100)


@pytest.mark.parametrize(
    ("tokens", "warned", "stopped"),
    [(799, False, False), (800, True, False), (999, True, False), (1000, True, True), (5000, True, True)],
)
def test_thresholds_are_noted_when_they_are_crossed(tokens, warned, stopped):
    store([counted(account(budget(**TOKENS)), tokens)], "a")
    window = BudgetWindow.objects.get()
    assert (window.warned_at is not None, window.stopped_at is not None) == (warned, stopped)


def test_a_threshold_is_noted_once():
    of = account(budget(**TOKENS))
    earlier = timezone.now() - timedelta(hours=1)
    store([counted(of, 900)], "a")
    BudgetWindow.objects.update(warned_at=earlier)
    store([counted(of, 50)], "b")
    assert BudgetWindow.objects.get().warned_at == earlier


@pytest.mark.parametrize("fields", [{"warning_percent": 0, "stops": False}], ids=["neither"])
def test_a_budget_without_thresholds_has_none(fields):
    store([counted(account(budget(**TOKENS, **fields)), 5000)], "a")
    window = BudgetWindow.objects.get()
    assert (window.warned_at, window.stopped_at, window.amount) == (None, None, Decimal(1000))
