"""How many requests a backend serves at once, and whose turn it is."""

import asyncio

import pytest

from routing.health import seats
from routing.health.seats import Full, seat
from routing.table import BackendEntry


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(seats, "_seats", {})


def backend(limit):
    return BackendEntry(1, "lab", "http://lab.test", max_concurrent=limit)


async def served(row, client_id, served_clients, leave):
    async with seat(row, client_id):
        served_clients.append(client_id)
        await leave.wait()


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


def test_no_more_than_the_limit_are_served_at_once():
    async def scene():
        found, leave = [], asyncio.Event()
        tasks = [asyncio.create_task(served(backend(2), 7, found, leave)) for _ in range(5)]
        await settled()
        at_once = len(found)
        leave.set()
        await asyncio.gather(*tasks)
        return at_once, len(found)

    assert asyncio.run(scene()) == (2, 5)


def test_clients_take_turns():
    async def scene():
        found, leave = [], asyncio.Event()
        tasks = [asyncio.create_task(served(backend(1), client, found, leave)) for client in (1, 1, 1, 1, 2, 3)]
        await settled()
        leave.set()
        await asyncio.gather(*tasks)
        return found

    assert asyncio.run(scene()) == [1, 1, 2, 3, 1, 1]


def test_whoever_waits_too_long_is_refused(monkeypatch):
    # §6.2, E35
    monkeypatch.setattr(seats, "WAIT_SECONDS", 0.01)

    async def scene():
        found, leave = [], asyncio.Event()
        first = asyncio.create_task(served(backend(1), 1, found, leave))
        await settled()
        with pytest.raises(Full) as refusal:
            await served(backend(1), 2, found, leave)
        leave.set()
        await first
        return refusal.value

    failure = asyncio.run(scene())
    assert (failure.status, failure.type, failure.retry_after) == (529, "overloaded_error", 1)
    assert not seats._seats


def test_the_seat_of_a_client_that_left_goes_to_the_next():
    async def scene():
        found, leave = [], asyncio.Event()
        first, second, third = (asyncio.create_task(served(backend(1), client, found, leave)) for client in (1, 2, 3))
        await settled()
        second.cancel()
        first.cancel()
        await settled()
        leave.set()
        await asyncio.gather(first, second, third, return_exceptions=True)
        return found

    assert asyncio.run(scene()) == [1, 3]
    assert not seats._seats
