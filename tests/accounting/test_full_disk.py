"""A journal that cannot be written: nothing new begins, what runs can end."""

import asyncio
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


async def opened_until_refused(writer):
    """Those that were opened before one was refused."""
    bookings = []
    while True:
        booking = Booking(opening(session_id=LONG), writer)
        try:
            await booking.opened()
        except JournalUnavailable:
            return bookings
        bookings.append(booking)


async def test_a_request_that_cannot_be_recorded_is_refused(writer, journal, limit):
    limit.set(20)
    bookings = await opened_until_refused(writer)
    assert len(bookings) == len(journal.in_flight()) > 5


async def test_a_refused_request_has_nothing_to_close(writer, limit):
    limit.set(1)
    booking = Booking(opening(session_id=LONG * 5), writer)
    await booking.close(closing(state="failed", http_status=529))


async def test_a_running_request_is_closed_when_there_is_space_again(writer, journal, limit):
    limit.set(20)
    bookings = await opened_until_refused(writer)
    ends = [booking.close(closing(error_type=LONG)) for booking in bookings]
    await asyncio.sleep(0)
    limit.lift()
    await asyncio.gather(*ends)
    assert journal.in_flight() == []


async def test_requests_are_recorded_again_when_there_is_space_again(writer, journal, limit):
    limit.set(20)
    bookings = await opened_until_refused(writer)
    limit.lift()
    await Booking(opening(), writer).opened()
    assert len(journal.in_flight()) == len(bookings) + 1


async def test_it_says_once_that_the_journal_cannot_be_written(writer, limit, caplog):
    limit.set(20)
    for _ in range(3):
        await opened_until_refused(writer)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


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
    await asyncio.gather(*(booking.opened() for booking in bookings))
    fill(small_disk / "others")
    bookings += await opened_until_refused(writer)
    await asyncio.gather(*(booking.close(closing()) for booking in bookings))
    assert journal.in_flight() == []
    (small_disk / "others").unlink()
    await Booking(opening(), writer).opened()
    assert writer.stop(time.monotonic() + 60)
    journal.remove()


def fill(file):
    with file.open("wb", buffering=0) as opened:
        try:
            while True:
                opened.write(bytes(4096))
        except OSError:
            return
