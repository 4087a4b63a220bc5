"""The shared side of limits, and how much is lent at once. Time is what the test says it is."""

import pytest

from accounting.budgets import accounts
from accounting.budgets.accounts import MinuteAccount, SlotAccount, extra
from accounting.models import LimitBucket, LimitHold
from tests.accounting.budgets.samples import limit, limit_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1_790_000_000.0

        def time(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(accounts, "time", clock.time)
    return clock


@pytest.mark.parametrize(
    ("want", "left", "amount", "lent"),
    [
        pytest.param(10, 1000, 1000, 30, id="a fiftieth of the amount more"),
        pytest.param(10, 90, 1000, 20, id="an eighth of what is left more"),
        pytest.param(10, 10, 1000, 10, id="nothing more"),
        pytest.param(10, 7, 1000, 7, id="what is left"),
        pytest.param(10, -5, 1000, 0, id="nothing"),
    ],
)
def test_what_is_lent_at_once(want, left, amount, lent):
    assert extra(want, left, amount) == lent


def test_a_bucket_gives_its_amount_at_once_and_refills_within_a_minute(clock):
    of = MinuteAccount(limit_rule(limit(requests_per_minute=60)), "requests")
    assert of.claim("a", 0, 0, 60).extra == 60
    refused = of.claim("b", 0, 0, 1)
    assert (refused.extra, refused.wait) == (0, 1.0)
    clock.now += 10
    assert of.claim("b", 0, 0, 60).extra == 10
    clock.now += 3600
    assert of.claim("b", 0, 0, 100).extra == 60


def test_no_minute_has_more_than_twice_the_amount(clock):
    of = MinuteAccount(limit_rule(limit(requests_per_minute=10)), "requests")
    granted = []
    for second in range(600):
        clock.now += 1
        granted.append(of.claim("ab"[second % 2], 0, 0, 3).extra)
    assert max(sum(granted[begin : begin + 60]) for begin in range(540)) <= 20
    assert sum(granted) == 10 + 10 * 10 - 1


def test_parts_of_one_are_not_lost(clock):
    of = MinuteAccount(limit_rule(limit(requests_per_minute=1)), "requests")
    of.claim("a", 0, 0, 1)
    for _ in range(59):
        clock.now += 1
        assert of.claim("a", 0, 0, 1).extra == 0
    clock.now += 1
    assert of.claim("a", 0, 0, 1).extra == 1


def test_what_was_written_beyond_is_a_debt(clock):
    of = MinuteAccount(limit_rule(limit(tokens_per_minute=60)), "tokens")
    of.put("a", 0, 120)
    clock.now += 30
    assert of.claim("a", 120, 120, 1).extra == 0
    clock.now += 31
    assert of.claim("a", 120, 120, 1).extra == 1


def test_what_is_given_back_can_be_had_again(clock):
    of = MinuteAccount(limit_rule(limit(requests_per_minute=10)), "requests")
    of.claim("a", 0, 0, 10)
    of.put("a", 10, 4)
    assert of.claim("b", 0, 0, 10).extra == 6


def test_clocks_that_differ_do_not_refill_twice(clock):
    of = MinuteAccount(limit_rule(limit(requests_per_minute=60)), "requests")
    of.claim("a", 0, 0, 60)
    clock.now += 30
    assert of.claim("a", 0, 0, 30).extra == 30
    clock.now -= 20
    assert of.claim("b", 0, 0, 30).extra == 0
    clock.now += 20
    assert of.claim("b", 0, 0, 30).extra == 0
    assert LimitBucket.objects.count() == 1


def test_slots_are_shared_by_processes():
    of = SlotAccount(limit_rule(limit(concurrent_requests=3)))
    first = of.claim("a", 0, 0, 2)
    second = of.claim("b", 0, 0, 2)
    assert (first.extra, second.extra, second.others) == (2, 1, 2)
    assert of.wanted() == second.wanted == first.wanted + 1
    of.put("a", 2, 0)
    assert of.claim("b", 1, 1, 1).extra == 1
    assert sum(LimitHold.objects.values_list("slots", flat=True)) == 2


def test_a_limit_that_is_deleted_holds_nobody():
    row = limit(concurrent_requests=1, requests_per_minute=1)
    slots, minute = SlotAccount(limit_rule(row)), MinuteAccount(limit_rule(row), "requests")
    row.delete()
    assert (slots.claim("a", 0, 0, 5).extra, minute.claim("a", 0, 0, 5).extra) == (5, 5)
    slots.put("a", 0, 5)
    minute.put("a", 0, 5)
