"""Summaries that processes share: who makes one, who waits, what becomes of a failure."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from routing import summaries as module
from routing.models import PromptSummary
from routing.summaries import LEASE, Answer, Summaries, Wanted, claimed, settle

pytestmark = pytest.mark.django_db

WANTED = Wanted("a" * 64, "small", "be careful")


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """The test's own, in whose transaction everything happens."""
    monkeypatch.setattr(module, "close_old_connections", lambda: None)


class Model:
    """What is asked for summaries; it answers when `gate` is open."""

    def __init__(self, **answer):
        self.answer = Answer(uuid4(), **answer)
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self):
        self.asked += 1
        await self.gate.wait()
        return self.answer


async def test_all_who_wait_share_one_question():
    own, model = Summaries(), Model(text="short")
    texts = await asyncio.gather(*(own.text(WANTED, model, 30) for _ in range(50)))
    assert set(texts) == {"short"}
    assert model.asked == 1


async def test_another_process_asks_nobody():
    await Summaries().text(WANTED, Model(text="short"), 30)
    model = Model(text="other")
    assert await Summaries().text(WANTED, model, 30) == "short"
    assert model.asked == 0


async def test_who_waits_too_long_goes_without_and_the_work_goes_on():
    own, model = Summaries(), Model(text="short")
    model.gate.clear()
    assert await own.text(WANTED, model, 0.01) is None
    model.gate.set()
    assert await own.text(WANTED, model, 30) == "short"
    assert model.asked == 1


async def test_after_a_failure_nobody_asks_for_a_while():
    own, model = Summaries(), Model(failure="HTTP status 500")
    assert await own.text(WANTED, model, 30) is None
    assert await own.text(WANTED, model, 30) is None
    assert await Summaries().text(WANTED, model, 30) is None
    assert model.asked == 1


async def test_a_model_that_takes_too_long_is_a_failure(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.01)
    model = Model(text="short")
    model.gate.clear()
    assert await Summaries().text(WANTED, model, 30) is None


def expire():
    PromptSummary.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def test_the_first_one_makes_it_and_the_others_see_that():
    assert claimed(WANTED) is None
    assert claimed(WANTED).text == ""


@pytest.mark.parametrize("failure", ["", "HTTP status 500"], ids=["a process that died", "a failure"])
def test_an_expired_lease_goes_to_one_other(failure):
    claimed(WANTED)
    if failure:
        settle(WANTED.digest, Answer(uuid4(), failure=failure))
    expire()
    assert claimed(WANTED) is None
    assert claimed(WANTED).failure == ""
    assert PromptSummary.objects.get().leased_until > timezone.now() + LEASE / 2


def test_what_is_made_stays_the_same():
    claimed(WANTED)
    settle(WANTED.digest, Answer(uuid4(), text="first"))
    settle(WANTED.digest, Answer(uuid4(), text="second"))
    expire()
    assert claimed(WANTED).text == "first"


def test_one_that_was_deleted_is_known_no_longer():
    claimed(WANTED)
    settle(WANTED.digest, Answer(uuid4(), text="short"))
    own = Summaries()
    own.refresh()
    assert own.known(WANTED.digest) == "short"
    PromptSummary.objects.all().delete()
    own.refresh()
    assert own.known(WANTED.digest) is None


def test_looking_costs_one_query_while_nothing_changes(django_assert_num_queries):
    claimed(WANTED)
    own = Summaries()
    own.refresh()
    with django_assert_num_queries(1):
        own.refresh()


def test_uses_are_counted(monkeypatch):
    monkeypatch.setattr(module, "WRITE_HITS_EVERY", 0)
    claimed(WANTED)
    settle(WANTED.digest, Answer(uuid4(), text="short"))
    own = Summaries()
    own.refresh()
    own.note_use(WANTED.digest)
    own.note_use(WANTED.digest)
    own.refresh()
    row = PromptSummary.objects.get()
    assert row.hits == 2
    assert row.last_used_at
