"""Reasoning that the gateway keeps: in memory at once, for other processes through the database, for a day."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError
from django.utils import timezone

from routing import kept_states as module
from routing.kept_states import KEPT_FOR, KeptStates, digest, prune
from routing.models import KeptState

pytestmark = pytest.mark.django_db(transaction=True)  # looked up through connections of its own


def find(states, keys, client=1):
    return async_to_sync(states.find)(client, keys)


@pytest.fixture
def no_database(monkeypatch):
    async def away(names):
        raise DatabaseError("away")

    monkeypatch.setattr(module, "_rows", away)


def test_what_was_kept_is_known_at_once(no_database):
    states = KeptStates()
    states.keep(1, {"toolu_1": "sealed"})
    assert find(states, ["toolu_1"]) == {"toolu_1": "sealed"}


def test_another_process_finds_it_once_it_is_written():
    states, other = KeptStates(), KeptStates()
    states.keep(1, {"toolu_1": "sealed", "key": "large"})
    states.refresh()
    assert find(other, ["toolu_1", "key", "toolu_2"]) == {"toolu_1": "sealed", "key": "large"}


def test_only_the_client_whose_reply_it_was_finds_it():
    states = KeptStates()
    states.keep(1, {"toolu_1": "sealed"})
    states.refresh()
    assert find(states, ["toolu_1"], client=2) == {}


def test_the_database_is_not_asked_again_for_what_it_does_not_have(monkeypatch):
    asked = []

    async def rows(names):
        asked.append(names)
        return {}

    monkeypatch.setattr(module, "_rows", rows)
    states = KeptStates()
    for _ in range(3):
        find(states, ["toolu_1"])
    assert asked == [[digest(1, "toolu_1")]]


def test_a_database_that_is_away_is_no_error(no_database):
    assert find(KeptStates(), ["toolu_1"]) == {}


def test_what_cannot_be_written_disturbs_nobody(monkeypatch):
    def away(*args, **kwargs):
        raise DatabaseError("away")

    states = KeptStates()
    states.keep(1, {"toolu_1": "sealed"})
    monkeypatch.setattr(KeptState.objects, "bulk_create", away)
    states.refresh()
    assert find(states, ["toolu_1"]) == {"toolu_1": "sealed"}


def test_the_same_state_twice_is_one_row():
    for states in (KeptStates(), KeptStates()):
        states.keep(1, {"key": "sealed"})
        states.refresh()
    assert KeptState.objects.count() == 1


def test_what_is_too_old_goes():
    old = KeptState.objects.create(digest=digest(1, "old"), sealed="x")
    KeptState.objects.filter(pk=old.pk).update(created_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    KeptState.objects.create(digest=digest(1, "new"), sealed="y")
    assert find(KeptStates(), ["old", "new"]) == {"new": "y"}
    prune()
    assert list(KeptState.objects.values_list("sealed", flat=True)) == ["y"]


def test_the_oldest_of_too_many_go(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    for number in range(5):
        KeptState.objects.create(digest=digest(1, str(number)), sealed=str(number))
    prune()
    assert sorted(KeptState.objects.values_list("sealed", flat=True)) == ["2", "3", "4"]


def test_no_key_of_a_client_breaks_it(no_database):
    assert find(KeptStates(), ["\ud800", "", "x" * 10_000]) == {}
