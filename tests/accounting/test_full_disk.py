"""A journal that cannot be written: nothing new begins, what runs can end."""

import asyncio
import errno
import subprocess
import time

import pytest

from accounting import reserve
from accounting.booking import Booking, JournalUnavailable
from accounting.journal import Journal
from accounting.writer import JournalWriter
from tests.accounting.samples import closing, opening

LONG = "s" * 2000


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(reserve, "RETRY_SECONDS", 0.0)


class Limit:
    """SQLite's own: how many pages the journal may have."""

    def __init__(self, journal):
        self._connection = journal._writing

    def set(self, pages):
        self._connection.execute(f"PRAGMA max_page_count = {pages}")

    def lift(self):
        self.set(2**31 - 1)


@pytest.fixture
def limit(journal):
    return Limit(journal)


async def ended_until_refused(writer):
    """The ends of all that was opened before a request was refused, because one of them could not be written."""
    ends = []
    while True:
        booking = Booking(opening(session_id=LONG), writer)
        ends.append(booking.close(closing()))
        if booking.slot is None:
            return ends
        await asyncio.wait(ends[-1:], timeout=0.05)


async def opened_again(writer):
    """A request, as soon as none is refused any more."""
    while (booking := Booking(opening(), writer)).slot is None:
        await asyncio.sleep(0.01)
    return booking


async def test_requests_are_refused_while_none_can_be_closed(writer, journal, limit):
    limit.set(20)
    ends = await ended_until_refused(writer)
    assert len(ends) - 1 == len(journal.changed_after(0, 100)) + len(journal.in_flight()) > 5
    with pytest.raises(JournalUnavailable):
        Booking(opening(), writer).opened()
    limit.lift()
    await asyncio.gather(*ends)


async def test_a_request_is_refused_where_there_is_no_space_for_it(writer, journal, monkeypatch, caplog):
    kept = Booking(opening(), writer)
    with monkeypatch.context() as full:
        full.setattr(journal.slots, "_unused", no_space)
        with pytest.raises(JournalUnavailable):
            Booking(opening(), writer).opened()
    (await opened_again(writer)).opened()
    await kept.close(closing())
    assert len(journal.in_flight()) == 1
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def no_space(size):
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_a_refused_request_has_nothing_to_close(writer, journal, monkeypatch):
    monkeypatch.setattr(journal.slots, "_unused", no_space)
    await Booking(opening(), writer).close(closing(state="failed", http_status=529))
    assert (journal.in_flight(), journal.changed_after(0, 10)) == ([], [])


async def test_what_ended_is_written_when_there_is_space_again(writer, journal, limit):
    limit.set(20)
    ends = await ended_until_refused(writer)
    limit.lift()
    await asyncio.gather(*ends)
    assert (len(journal.changed_after(0, 100)), journal.in_flight()) == (len(ends) - 1, [])


async def test_requests_are_recorded_again_when_there_is_space_again(writer, limit):
    limit.set(20)
    await ended_until_refused(writer)
    limit.lift()
    (await opened_again(writer)).opened()


async def test_it_says_once_that_the_journal_cannot_be_written(writer, limit, caplog):
    limit.set(20)
    for _ in range(3):
        await ended_until_refused(writer)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    limit.lift()


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def test_running_requests_can_end_on_a_disk_without_a_free_byte(small_disk):
    journal = Journal.create(small_disk / "journal")
    writer = JournalWriter(journal, lambda: None)
    writer.start()
    bookings = [Booking(opening(), writer) for _ in range(100)]
    fill(small_disk / "others")
    while bookings[-1].slot is not None:
        bookings.append(Booking(opening(session_id=LONG), writer))
    await asyncio.gather(*(booking.close(closing()) for booking in bookings))
    assert journal.in_flight() == []
    (small_disk / "others").unlink()
    (await opened_again(writer)).opened()
    assert writer.stop(time.monotonic() + 60)
    journal.remove()


def fill(file):
    with file.open("wb", buffering=0) as opened:
        try:
            while True:
                opened.write(bytes(4096))
        except OSError:
            return
