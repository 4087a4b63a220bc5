"""What `GET /v1/usage` asks the database: once for all who ask about a key within some seconds."""

import asyncio
import threading
from itertools import count

import pytest
from django.db import DatabaseError

from proxysite.api import usage
from proxysite.envelope import ApiError
from routing.table import KeyEntry

FORM = "application/json"
NUMBERS = count(1_000_000)


@pytest.fixture
def key():
    return KeyEntry(
        id=next(NUMBERS),
        prefix="",
        digest=b"",
        expires_at=None,
        client_id=1,
        client_name="",
        team_id=None,
        team_name="",
    )


@pytest.fixture
def reads(monkeypatch):
    """The keys that the database was asked about, in which threads; set `failure` to have it fail."""

    class Reads(list):
        failure = None

        def __call__(self, key, form):
            self.append((key.id, threading.current_thread()))
            if self.failure:
                raise self.failure
            return len(self)

    reads = Reads()
    monkeypatch.setattr(usage, "read", reads)
    monkeypatch.setattr(usage, "_answers", {})
    return reads


async def test_all_who_ask_at_once_share_one_look(key, reads):
    assert await asyncio.gather(*(usage.remembered(key, FORM) for _ in range(5))) == [1] * 5
    assert await usage.remembered(key, FORM) == 1


async def test_the_event_loop_does_not_wait_for_the_database(key, reads):
    await usage.remembered(key, FORM)
    ((_, thread),) = reads
    assert thread is not threading.current_thread()


async def test_an_old_answer_is_read_anew(key, reads, monkeypatch):
    monkeypatch.setattr(usage, "GOOD_FOR_SECONDS", -1.0)
    assert [await usage.remembered(key, FORM), await usage.remembered(key, FORM)] == [1, 2]


async def test_a_database_that_is_away_is_said_and_asked_again(key, reads):
    reads.failure = DatabaseError("secret address")
    with pytest.raises(ApiError) as refused:
        await usage.remembered(key, FORM)
    assert refused.value.status == 503
    assert "secret" not in refused.value.message
    reads.failure = None
    assert await usage.remembered(key, FORM) == 2


async def test_one_who_leaves_does_not_end_the_look_of_others(key, reads):
    leaving, staying = (
        asyncio.ensure_future(usage.remembered(key, FORM)),
        asyncio.ensure_future(usage.remembered(key, FORM)),
    )
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 1


async def test_it_remembers_a_bounded_number_of_keys(key, reads, monkeypatch):
    monkeypatch.setattr(usage, "REMEMBERED", 2)
    monkeypatch.setattr(usage, "_answers", {(1, FORM): (0.0, None), (2, FORM): (0.0, None)})
    await usage.remembered(key, FORM)
    assert len(usage._answers) <= 2


async def test_the_line_and_the_document_are_told_apart(key, reads):
    assert [await usage.remembered(key, form) for form in (FORM, "text/plain", FORM)] == [1, 2, 1]
