import asyncio
import threading

import pytest

from accounting.booking import Booking, JournalUnavailable, NoPen
from tests.accounting.samples import closing, opening


async def test_an_opened_request_is_in_the_journal(writer, journal):
    request = opening()
    Booking(request, writer).opened()
    assert [entry.opening for entry in journal.in_flight()] == [request]


async def test_a_closed_request_is_in_the_journal(writer, journal):
    request, end = opening(), closing()
    await Booking(request, writer).close(end)
    assert [(entry.opening, entry.closing) for entry in journal.changed_after(0, 10)] == [(request, end)]
    assert journal.in_flight() == []


async def test_only_its_first_closing_counts(writer, journal):
    booking = Booking(opening(), writer)
    await booking.close(closing())
    await booking.close(closing(state="cancelled", http_status=499))
    assert [entry.closing.state for entry in journal.changed_after(0, 10)] == ["closed"]


async def test_a_cancelled_caller_loses_nothing(writer, journal):
    booking = Booking(opening(), writer)
    waiting = asyncio.ensure_future(booking.close(closing()))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await booking.close(closing(state="cancelled"))
    assert [entry.closing.state for entry in journal.changed_after(0, 10)] == ["closed"]


async def test_its_progress_is_in_the_journal_at_once(writer, journal):
    booking = Booking(opening(), writer)
    booking.progress(3)
    booking.progress(7)
    assert journal.in_flight()[0].output_tokens == 7


async def test_progress_of_a_closed_request_tells_nothing_of_the_next_one(writer, journal):
    closed = Booking(opening(), writer)
    await closed.close(closing())
    Booking(opening(), writer)
    closed.progress(7)
    assert [entry.output_tokens for entry in journal.in_flight()] == [0]


async def test_many_share_a_commit(writer, journal, monkeypatch):
    commits, begun, gate, write = [], threading.Event(), threading.Event(), journal.write

    def slow_write(closed, forgotten):
        begun.set()
        gate.wait()
        commits.append((len(closed), len(forgotten)))
        write(closed, forgotten)

    monkeypatch.setattr(journal, "write", slow_write)
    first = Booking(opening(), writer).close(closing())
    await asyncio.to_thread(begun.wait)
    writer.forget([b"1", b"2"])
    others = [Booking(opening(), writer).close(closing()) for _ in range(20)]
    gate.set()
    await asyncio.gather(first, *others)
    assert commits == [(1, 0), (20, 2)]


async def test_it_is_refused_where_no_journal_is_kept():
    booking = Booking(opening(), NoPen())
    with pytest.raises(JournalUnavailable):
        booking.opened()
    await booking.close(closing())


def test_it_tells_the_client_when_to_come_back():
    error = JournalUnavailable()
    assert (error.status, error.type, error.headers) == (529, "overloaded_error", {"retry-after": "30"})
