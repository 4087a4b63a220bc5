import os
import shutil
from datetime import timedelta

import pytest
from django.utils import timezone

from accounting import adoption
from accounting.adoption import adopt_abandoned, close_lost_rows
from accounting.entries import encode
from accounting.journal import Journal
from accounting.lock import Lock
from accounting.models import ProcessJournal, UsageRecord
from tests.accounting.samples import begun, closing, ended, opening, record
from tests.accounting.test_journal import OLDER

pytestmark = pytest.mark.django_db


@pytest.fixture
def abandoned(directory):
    """The journal of a process that is gone: one request closed, one not."""
    journal = Journal.create(directory)
    done, running = opening(), opening(estimated_input_tokens=40)
    journal.write([ended(done, closing(5))])
    begun(journal, running, 7)
    journal.abandon()
    return journal


def rows():
    return sorted(UsageRecord.objects.values_list("state", "input_tokens", "output_tokens", "estimated"))


ADOPTED = [("closed", 10, 5, False), ("interrupted", 40, 7, True)]


def test_it_brings_an_abandoned_journal_into_the_table(directory, abandoned):
    adopt_abandoned(directory)
    assert rows() == ADOPTED
    assert list(directory.iterdir()) == []


def test_adopting_twice_changes_nothing(directory, abandoned):
    shutil.copytree(directory, directory.with_name("copy"))
    adopt_abandoned(directory)
    before = list(UsageRecord.objects.order_by("pk").values())
    adopt_abandoned(directory.with_name("copy"))
    assert list(UsageRecord.objects.order_by("pk").values()) == before


def test_it_replays_in_batches(directory, abandoned, monkeypatch):
    monkeypatch.setattr(adoption, "BATCH", 1)
    adopt_abandoned(directory)
    assert rows() == ADOPTED


def test_it_leaves_living_journals_alone(directory, journal):
    begun(journal, opening())
    adopt_abandoned(directory)
    assert (rows(), len(journal.in_flight())) == ([], 1)


def test_a_request_that_ended_counts_as_it_did_though_its_slot_was_not_given_back(directory):
    journal, request = Journal.create(directory), opening(budgets=())
    begun(journal, request, 7)
    journal.write([ended(request, closing(5))])
    journal.abandon()
    adopt_abandoned(directory)
    assert rows() == [("closed", 10, 5, False)]


def test_it_interrupts_what_an_older_version_left_open(directory):
    journal, request = Journal.create(directory), opening(estimated_input_tokens=40)
    journal._writing.execute(OLDER, (request.request_id.bytes, encode(request).decode()))
    journal.abandon()
    adopt_abandoned(directory)
    assert rows() == [("interrupted", 40, 7, True)]


def test_it_forgets_who_is_gone(directory, abandoned):
    ProcessJournal.objects.create(name=abandoned.name, seen_at=timezone.now())
    adopt_abandoned(directory)
    assert not ProcessJournal.objects.exists()


def test_it_sets_a_damaged_journal_aside(directory, abandoned, caplog):
    other = Journal.create(directory)
    begun(other, opening())
    other.abandon()
    (directory / f"{abandoned.name}.sqlite3").write_bytes(b"no database at all" * 1000)
    for name in ("-wal", "-shm"):
        (directory / f"{abandoned.name}.sqlite3{name}").unlink(missing_ok=True)
    adopt_abandoned(directory)
    adopt_abandoned(directory)
    assert [row[0] for row in rows()] == ["interrupted"]
    assert (directory / f"{abandoned.name}.unreadable").exists()
    assert [record.levelname for record in caplog.records if "damaged" in record.message] == ["ERROR"]


def test_it_removes_a_lock_that_lost_its_journal(directory, abandoned):
    (directory / f"{abandoned.name}.sqlite3").unlink()
    adopt_abandoned(directory)
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize(("seconds", "left"), [(10, 1), (100, 0)])
def test_it_removes_a_lock_that_never_got_its_name(directory, seconds, left):
    directory.mkdir()
    lock = Lock.prepare(directory / "some.lock")
    lock.release()
    os.utime(lock.path, (lock.path.stat().st_mtime - seconds,) * 2)
    adopt_abandoned(directory)
    assert len(list(directory.iterdir())) == left


@pytest.mark.parametrize(
    ("heard_minutes_ago", "started_minutes_ago", "state"),
    [
        pytest.param(None, 11, "interrupted", id="a journal that nobody knows"),
        pytest.param(11, 11, "interrupted", id="a journal that fell silent"),
        pytest.param(1, 600, "open", id="a journal that lives"),
        pytest.param(None, 1, "open", id="a request that has just begun"),
    ],
)
def test_it_closes_rows_whose_journal_is_lost(heard_minutes_ago, started_minutes_ago, state):
    if heard_minutes_ago is not None:
        seen_at = timezone.now() - timedelta(minutes=heard_minutes_ago)
        ProcessJournal.objects.create(name="some", seen_at=seen_at)
    row = record(timedelta(minutes=started_minutes_ago), state="open", journal="some", output_tokens=9)
    close_lost_rows()
    row.refresh_from_db()
    assert (row.state, row.output_tokens) == (state, 9)


def test_it_forgets_silent_journals():
    ProcessJournal.objects.create(name="silent", seen_at=timezone.now() - timedelta(minutes=11))
    ProcessJournal.objects.create(name="alive", seen_at=timezone.now())
    close_lost_rows()
    assert [journal.name for journal in ProcessJournal.objects.all()] == ["alive"]
