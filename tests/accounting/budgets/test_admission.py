"""One request before its budgets, with a treasurer that the test serves itself."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from accounting.budgets import admission
from accounting.budgets.admission import UNBOUNDED, admit, admit_errand
from accounting.budgets.errors import (
    BudgetReserved,
    BudgetsUnavailable,
    NoPrice,
    RateLimited,
    SpendLimitReached,
    TooManyAtOnce,
)
from accounting.budgets.rules import rulebook
from accounting.budgets.treasurer import Treasurer
from accounting.models import Budget, BudgetWindow, Limit
from accounting.usage_table import store
from conversion.usage import Usage
from routing.models import Client, Team
from tests.accounting.budgets.samples import RATES, TOKENS, account, budget, counted, key, limit

pytestmark = pytest.mark.django_db


class OwnTreasurer(Treasurer):
    """Serves whoever asks in the test's own transaction; `others_seconds` are not waited for."""

    async def fill(self, ledger, amount):
        if not self.is_away and ledger.free < amount:
            await sync_to_async(self.claim)(ledger, amount - ledger.free)


@pytest.fixture(autouse=True)
def treasurer(monkeypatch):
    own = OwnTreasurer()
    own.is_away = False
    monkeypatch.setattr(admission, "treasurer", own)
    monkeypatch.setattr(admission, "OTHERS_SECONDS", 0)
    yield own
    Budget.objects.all().delete()
    Limit.objects.all().delete()
    rulebook.refresh()


async def ask(max_tokens=100, input_tokens=0, rates=RATES, **who):
    await sync_to_async(rulebook.refresh)()
    return await admit(key(**who), rates, input_tokens, max_tokens)


asked = async_to_sync(ask)


def usage(tokens):
    return Usage(output_tokens=tokens)


async def test_without_any_budget_nothing_is_set_aside():
    assert await ask() is UNBOUNDED
    UNBOUNDED.settle(RATES, usage(5), "closed")
    assert (UNBOUNDED.budgets, UNBOUNDED.max_tokens, UNBOUNDED.notices) == ((), None, ())


@pytest.mark.parametrize("enabled", [True, False])
def test_a_budget_holds_while_it_is_enabled(enabled):
    of = account(budget(**TOKENS, is_enabled=enabled))
    assert asked().budgets == (((of.rule.id, of.window.starts_at),) if enabled else ())


@pytest.mark.parametrize(
    ("scope", "who", "holds"),
    [
        pytest.param("team", {"team_id": None}, False, id="of no team"),
        pytest.param("team", {}, True, id="of the team"),
        pytest.param("client", {}, True, id="of the client"),
        pytest.param("client", {"client_id": 99}, False, id="of another client"),
        pytest.param(None, {}, True, id="everyone's"),
    ],
)
def test_a_budget_holds_for_its_scope(scope, who, holds):
    team = Team.objects.create(name="Core")
    client = Client.objects.create(name="Ann", team=team)
    budget(**TOKENS, **({scope: {"team": team, "client": client}[scope]} if scope else {}))
    ids = {"team_id": team.pk, "client_id": client.pk, **who}
    assert bool(asked(**ids).budgets) == holds


def test_what_was_set_aside_is_free_again_when_the_request_ends():
    budget(**TOKENS)

    async def course():
        first = await ask(600)
        with pytest.raises(BudgetReserved):
            await ask(600)
        first.settle(RATES, usage(100), "closed")
        first.settle(RATES, usage(100), "closed")
        (await ask(600)).release()
        await ask(900)

    async_to_sync(course)()


def test_a_spent_budget_says_when_it_begins_anew():
    row = budget(amount=Decimal("0.01"), name="Ann", time_zone="Europe/Berlin")
    store([counted(account(row), 1000)], "other")
    with pytest.raises(SpendLimitReached) as refused:
        asked(100)
    ends_at = account(row).window.ends_at
    assert refused.value.headers["anthropic-ratelimit-unified-reset"] == str(ends_at)
    tomorrow = datetime.fromtimestamp(ends_at, UTC).astimezone(row.zone)
    assert refused.value.message == (
        f"spend limit reached (Ann: $0.01 a day; resets {tomorrow:%Y-%m-%d} 00:00 Europe/Berlin)"
    )


def test_a_lifetime_budget_says_that_it_does_not():
    row = budget(amount=Decimal("0.01"), period="lifetime")
    store([counted(account(row), 1000)], "other")
    with pytest.raises(SpendLimitReached, match="does not reset") as refused:
        asked(100)
    assert "anthropic-ratelimit-unified-reset" not in refused.value.headers
    assert int(refused.value.headers["retry-after"]) > 60


def test_the_narrowest_budget_decides():
    budget(**TOKENS)
    budget(**{**TOKENS, "amount": Decimal(50)}, name="tight")
    with pytest.raises(SpendLimitReached, match="tight"):
        asked(100)
    asked(50)


@pytest.mark.parametrize(
    ("left", "wanted", "granted"),
    [(5000, 4000, None), (5000, 9000, 5000), (1024, 9000, 1024), (100, 100, None)],
    ids=["it fits", "as much as fits", "the least that is of use", "a small request"],
)
def test_fewer_tokens_are_better_than_none(left, wanted, granted):
    budget(unit="tokens", amount=Decimal(left))
    admitted = asked(wanted)
    assert admitted.max_tokens == granted
    assert [notice.code for notice in admitted.notices] == (["max_tokens_lowered"] if granted else [])


def test_less_than_is_of_use_is_spent():
    budget(unit="tokens", amount=Decimal(1023))
    with pytest.raises(SpendLimitReached):
        asked(9000)


def test_the_time_of_a_refusal_is_noted_once(treasurer):
    budget(unit="tokens", amount=Decimal(10))
    for _ in range(2):
        with pytest.raises(SpendLimitReached):
            asked()
    treasurer.tick(60.0)
    assert BudgetWindow.objects.get().stopped_at is not None
    assert treasurer._stops.empty()


def test_what_an_admin_adds_can_be_spent_at_once(treasurer):
    row = budget(unit="tokens", amount=Decimal(10))
    with pytest.raises(SpendLimitReached):
        asked()
    row.amount = Decimal(1000)
    row.save()
    asked()
    assert not treasurer.ledgers.all()[0].is_stopped


def test_a_budget_that_only_counts_is_noted_later(treasurer):
    budget(**{**TOKENS, "amount": Decimal(10)}, stops=False)
    admitted = asked(5000)
    assert (admitted.max_tokens, len(admitted.budgets)) == (None, 1)
    admitted.settle(RATES, usage(70), "closed")
    treasurer.tick(60.0)
    assert BudgetWindow.objects.get().leases.get().granted == 70


def test_a_model_without_a_price_sets_nothing_aside():
    budget(**TOKENS)
    budget(name="money")
    with pytest.raises(NoPrice, match="money"):
        asked(600, rates=None)
    asked(600)


def test_without_the_database_so_much_may_be_spent(treasurer, settings):
    settings.BUDGET_BLIND_USD = 1  # in tokens: 200,000
    budget(unit="tokens", amount=Decimal(10**9))

    async def course():
        await sync_to_async(rulebook.refresh)()
        treasurer.is_away = True
        admitted = [await admit(key(), RATES, 0, 150_000) for _ in range(2)]
        assert [each.max_tokens for each in admitted] == [None, 50_000]
        with pytest.raises(BudgetsUnavailable) as refused:
            await admit(key(), RATES, 0, 150_000)
        assert (refused.value.status, refused.value.headers) == (529, {"retry-after": "30"})

    async_to_sync(course)()


def test_no_more_is_spent_blindly_than_was_left(treasurer):
    budget(unit="tokens", amount=Decimal(3000))

    async def course():
        await ask(1000)
        treasurer.is_away = True
        assert (await admit(key(), RATES, 0, 9000)).max_tokens == 2000
        with pytest.raises(BudgetsUnavailable):
            await admit(key(), RATES, 0, 100)

    async_to_sync(course)()


def test_a_minute_has_so_many_requests(treasurer):
    limit(name="slowly", requests_per_minute=2)

    async def course():
        await ask()
        await ask()
        with pytest.raises(RateLimited, match="slowly: 2 requests per minute") as refused:
            await ask()
        assert 1 <= int(refused.value.headers["retry-after"]) <= 60

    async_to_sync(course)()


def test_a_prompt_of_more_than_a_minutes_tokens_may_pass_when_nothing_else_did():
    limit(tokens_per_minute=1000)

    async def course():
        await ask(input_tokens=5000)
        with pytest.raises(RateLimited):
            await ask(input_tokens=1)

    async_to_sync(course)()


def test_so_many_requests_run_at_once():
    limit(concurrent_requests=1)

    async def course():
        first = await ask()
        with pytest.raises(TooManyAtOnce):
            await ask()
        first.settle(RATES, usage(1), "closed")
        await ask()

    async_to_sync(course)()


def test_what_the_gateway_asks_for_itself_costs_but_is_not_limited():
    limit(concurrent_requests=1, requests_per_minute=1, tokens_per_minute=1)
    budget(**TOKENS)

    async def course():
        await ask(100)
        assert len((await admit_errand(key(), RATES, 0, 900)).budgets) == 1
        with pytest.raises(BudgetReserved):
            await admit_errand(key(), RATES, 0, 900)

    async_to_sync(course)()


def test_limits_stop_nobody_while_the_database_is_away(treasurer):
    limit(concurrent_requests=1, requests_per_minute=1, tokens_per_minute=1)

    async def course():
        await sync_to_async(rulebook.refresh)()
        treasurer.is_away = True
        for _ in range(3):
            await admit(key(), RATES, 100, 100)

    async_to_sync(course)()


def test_what_was_set_aside_before_a_refusal_is_free_again(treasurer):
    limit(concurrent_requests=1)
    budget(unit="tokens", amount=Decimal(10))

    async def course():
        for _ in range(3):
            with pytest.raises(SpendLimitReached):
                await ask(100)

    async_to_sync(course)()
    assert all(ledger.reserved == 0 for ledger in treasurer.ledgers.all())


def test_a_client_that_leaves_while_it_waits_leaves_nothing_behind(treasurer, monkeypatch):
    limit(concurrent_requests=5)
    budget(**TOKENS)

    async def course():
        await ask()
        waiting = asyncio.Event()

        async def never(ledger, amount):
            waiting.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(treasurer, "fill", never)
        task = asyncio.get_running_loop().create_task(admit(key(), RATES, 0, 100))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async_to_sync(course)()
    assert sorted(ledger.reserved for ledger in treasurer.ledgers.all()) == [1, 100]
