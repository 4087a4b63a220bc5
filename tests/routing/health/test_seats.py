"""How many requests a backend serves at once, and whose turn it is."""

import asyncio

import pytest

from routing.health import seating, seats
from routing.health.seating import Seating, seat
from routing.health.seats import Full
from routing.table import BackendEntry


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(seating, "seating", Seating())


def backend(limit):
    return BackendEntry(1, "lab", "http://lab.test", max_concurrent=limit)


def is_idle(found):
    return (found.taken, found._count, len(found._waiting)) == (0, 0, 0)


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
    assert is_idle(seating.seating.at(1))


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
    assert is_idle(seating.seating.at(1))


def queued(clients):
    """One request after another of these clients, while the only seat is taken; who is refused and who is served."""

    async def scene():
        found, leave = [], asyncio.Event()
        tasks = [asyncio.create_task(served(backend(1), 0, found, leave))]
        for client in clients:
            tasks.append(asyncio.create_task(served(backend(1), client, found, leave)))
            await settled()
        leave.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        refused = [client for client, each in zip(clients, outcomes[1:], strict=True) if isinstance(each, Full)]
        return found[1:], refused

    return asyncio.run(scene())


def test_a_full_queue_refuses_the_client_that_fills_it(monkeypatch):
    monkeypatch.setattr(seats, "MOST_WAITING", 3)
    assert queued([1, 1, 1, 1]) == ([1, 1, 1], [1])
    assert is_idle(seating.seating.at(1))


def test_a_full_queue_has_room_for_a_client_with_fewer_requests(monkeypatch):
    monkeypatch.setattr(seats, "MOST_WAITING", 3)
    assert queued([1, 1, 1, 2]) == ([1, 2, 1], [1])
    assert is_idle(seating.seating.at(1))


def test_the_requests_of_one_client_are_served_in_their_order():
    async def scene():
        found, leave = [], asyncio.Event()

        async def numbered(number):
            async with seat(backend(1), 7):
                found.append(number)
                await leave.wait()

        tasks = [asyncio.create_task(numbered(number)) for number in range(5)]
        await settled()
        leave.set()
        await asyncio.gather(*tasks)
        return found

    assert asyncio.run(scene()) == [0, 1, 2, 3, 4]


def test_what_a_process_wants_is_the_most_that_was_here_lately():
    async def scene():
        found, leave = [], asyncio.Event()
        tasks = [asyncio.create_task(served(backend(2), 7, found, leave)) for _ in range(5)]
        await settled()
        leave.set()
        await asyncio.gather(*tasks)

    asyncio.run(scene())
    here = seating.seating.at(1)
    assert [here.wanted() for _ in range(seats.BUSY_MOMENTS + 1)] == [5] * seats.BUSY_MOMENTS + [0]
