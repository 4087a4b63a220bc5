import asyncio
import threading
import time

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

from accounting.journal import Journal
from accounting.models import ProcessJournal, UsageRecord
from accounting.recorder import MOST_LAG_SECONDS, JournalUnavailable, Recorder
from tests.accounting.samples import closing, opening

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
def recorder(directory):
    recorder = Recorder(directory)
    recorder.start()
    yield recorder
    recorder.stop(20)


async def states():
    return sorted([state async for state in UsageRecord.objects.values_list("state", flat=True)])


async def test_requests_come_into_the_table_by_themselves(recorder):
    await recorder.open(opening()).close(closing())
    recorder.open(opening()).opened()
    while recorder.backlog:
        await asyncio.sleep(0.01)
    assert await states() == ["closed", "open"]


async def test_it_leaves_nothing_behind_when_it_stops(recorder, directory):
    await recorder.open(opening()).close(closing())
    recorder.open(opening()).opened()
    await asyncio.to_thread(recorder.stop, 20)
    assert await states() == ["closed", "interrupted"]
    assert list(directory.iterdir()) == []
    assert not await ProcessJournal.objects.aexists()


async def test_it_refuses_what_comes_after_its_end(recorder):
    await asyncio.to_thread(recorder.stop, 20)
    with pytest.raises(JournalUnavailable):
        recorder.open(opening()).opened()


async def test_it_can_be_started_again(recorder):
    await asyncio.to_thread(recorder.stop, 20)
    await asyncio.to_thread(recorder.start)
    recorder.open(opening()).opened()


async def test_it_adopts_what_another_process_left_behind(directory):
    other = Journal.create(directory)
    other.abandon()
    recorder = Recorder(directory)
    recorder.start()
    while len(list(directory.glob("*.lock"))) > 1:
        await asyncio.sleep(0.01)
    recorder.stop(20)


def test_it_is_not_behind_before_it_starts(directory):
    recorder = Recorder(directory)
    assert (recorder.backlog, recorder.lag, recorder.oldest_uncopied) == (0, 0.0, None)


async def test_it_knows_how_far_the_table_is_behind(recorder, monkeypatch):
    monkeypatch.setattr(recorder._copier, "oldest_at", time.time() - 60)
    assert 59 < recorder.lag < 120


@pytest.mark.parametrize(("choice", "is_served"), [("open", True), ("closed", False)])
async def test_rows_may_wait_in_the_journal_only_where_the_admin_lets_them(
    directory, settings, monkeypatch, choice, is_served
):
    settings.ACCOUNTING_FAIL = choice
    recorder = Recorder(directory)
    await asyncio.to_thread(recorder.start)
    try:
        monkeypatch.setattr(Recorder, "oldest_uncopied", time.time() - MOST_LAG_SECONDS - 1)
        booking = recorder.open(opening())
        if is_served:
            booking.opened()
        else:
            with pytest.raises(JournalUnavailable):
                booking.opened()
    finally:
        await asyncio.to_thread(recorder.stop, 20)
