"""The seats of several processes, which know of each other through the database alone."""

import asyncio
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db.models import F
from django.test import TestCase
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.health import leases
from routing.health.leases import LEASE_SECONDS, RENEW_SECONDS, Leases
from routing.health.seating import Seating
from routing.loading import backend_entry
from routing.models import Backend, SeatLease
from tests.routing import factories


class Process:
    """Requests of one process: those that get no seat wait, until it asks again."""

    def __init__(self, name, backend_id):
        self.seating = Seating()
        self.leases = Leases(self.seating)
        self.leases.process = name
        self._backend_id = backend_id

    @property
    def seats(self):
        return self.seating.at(self._backend_id)

    def look(self):
        self.leases.refresh()

    def ask(self, count=1):
        """How many of so many new requests get a seat."""
        got = sum(self.seats._took() for _ in range(count))
        self.seats._count = count - got
        self.seats._note_peak()
        return got

    def end(self, count=1):
        for _ in range(min(count, self.seats.taken)):
            self.seats.give()


def looks(*processes, times=3):
    for _ in range(times):
        for process in processes:
            process.look()


def pass_time(seconds):
    """For all leases, by the database's clock."""
    SeatLease.objects.update(renewed_at=F("renewed_at") - timedelta(seconds=seconds))


@pytest.fixture
def backend(db):
    return factories.backend("lab", max_concurrent=10)


@pytest.fixture
def pair(backend):
    return Process("a", backend.pk), Process("b", backend.pk)


def test_a_process_alone_has_all_seats_at_its_first_look(pair):
    pair[0].look()
    assert pair[0].ask(20) == 10


def test_nobody_has_a_seat_before_it_is_lent(pair):
    pair[0].look()
    assert pair[1].ask() == 0
    pair[1].look()
    assert pair[1].seats.limit == 0  # the other one has them all
    looks(*pair)
    assert [each.seats.limit for each in pair] == [5, 5]


def test_a_busy_process_has_nearly_all_after_two_looks_of_each(pair):
    looks(*pair)
    pair[0].ask(20)
    looks(*pair, times=2)
    assert [each.seats.limit for each in pair] == [9, 1]


def test_seats_that_requests_sit_on_are_not_given_away(pair):
    pair[0].look()
    pair[0].ask(10)
    pair[1].look()
    pair[1].ask(10)
    looks(*pair)
    assert pair[1].seats.limit == 0
    pair[0].end(7)
    looks(*pair)
    assert (pair[0].seats.limit, pair[1].seats.limit) == (5, 5)


def test_a_process_that_stops_gives_its_seats_back(pair):
    looks(*pair)
    pair[0].leases.give_back()
    pair[1].look()
    assert pair[1].seats.limit == 10


def test_the_seats_of_a_dead_process_are_taken_over(pair):
    pair[0].look()
    pair[0].ask(10)
    pass_time(LEASE_SECONDS - 0.5)
    pair[1].look()
    assert pair[1].seats.limit == 0
    pass_time(0.5)
    pair[1].look()
    assert pair[1].seats.limit == 10


def test_a_process_that_was_thought_dead_takes_no_more_than_is_left(pair):
    pair[0].look()
    pair[0].ask(4)
    pass_time(LEASE_SECONDS)
    pair[1].look()
    pair[1].ask(10)
    looks(*pair)
    assert pair[0].ask() == 0
    pair[0].end(4)
    assert pair[0].ask() == 0


def test_a_lower_limit_holds_when_enough_requests_have_ended(pair, backend):
    looks(*pair)
    for each in pair:
        each.ask(5)
    backend.max_concurrent = 4
    backend.save()
    looks(*pair)
    assert [each.ask() for each in pair] == [0, 0]
    for each in pair:
        each.end(4)
    looks(*pair)
    assert sum(each.seats.limit for each in pair) == 4


def test_a_backend_without_a_limit_any_more_lets_go_of_those_who_wait(pair, backend):
    pair[0].look()
    seats = pair[0].seats
    pair[0].ask(10)
    Backend.objects.update(max_concurrent=None)
    pair[0].look()
    assert seats._took()


def test_more_processes_than_seats_have_them_by_turns(backend, monkeypatch):
    monkeypatch.setattr(leases, "TURN_SECONDS", 1e-6)  # another turn at each look
    Backend.objects.update(max_concurrent=1)
    processes = [Process(name, backend.pk) for name in "abc"]
    served = dict.fromkeys("abc", 0)
    for _ in range(200):
        for name, each in zip("abc", processes, strict=True):
            each.look()
            served[name] += each.ask()
            assert sum(other.seats.taken for other in processes) <= 1
            each.end()
    assert min(served.values()) > 0


def test_an_idle_process_only_reads_until_its_lease_must_be_renewed(pair, django_assert_num_queries):
    looks(*pair)
    with django_assert_num_queries(2):
        pair[0].look()
    pass_time(RENEW_SECONDS)
    pair[0].look()
    with django_assert_num_queries(2):
        pair[0].look()


def test_without_limits_one_query_is_asked(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        Process("a", 1).look()


def test_a_database_that_is_away_takes_nobody_their_seats(pair, monkeypatch):
    pair[0].look()
    monkeypatch.setattr(leases, "leases", broken)
    pair[0].look()
    assert pair[0].ask(20) == 10


def broken(*_):
    raise leases.DatabaseError("away")


def test_whoever_waits_is_called_when_the_thread_was_lent_a_seat(backend):
    entry = backend_entry(backend, ())

    async def scene(process):
        taking = asyncio.create_task(process.seats.take(entry, client_id=1))
        await asyncio.sleep(0)
        assert not taking.done()
        await asyncio.to_thread(process.seats.lend, 1)
        async with asyncio.timeout(5):
            await taking

    asyncio.run(scene(Process("a", backend.pk)))


class Service(RuleBasedStateMachine):
    """Processes that begin and end requests, look, stop, die and come, in any order."""

    def __init__(self):
        super().__init__()
        self.row = factories.backend(max_concurrent=5)
        self.living = [Process("p0", self.row.pk), Process("p1", self.row.pk)]
        self.count = 2

    def process(self, number):
        return self.living[number % len(self.living)]

    @rule(number=st.integers(0, 9), count=st.integers(1, 8))
    def ask(self, number, count):
        self.process(number).ask(count)

    @rule(number=st.integers(0, 9), count=st.integers(1, 8))
    def end(self, number, count):
        self.process(number).end(count)

    @rule(number=st.integers(0, 9))
    def look(self, number):
        self.process(number).look()

    @rule()
    def come(self):
        self.living.append(Process(f"p{self.count}", self.row.pk))
        self.count += 1

    @precondition(lambda self: len(self.living) > 1)
    @rule(number=st.integers(0, 9))
    def stop(self, number):
        gone = self.process(number)
        gone.end(100)
        gone.leases.give_back()
        self.living.remove(gone)

    @precondition(lambda self: len(self.living) > 1)
    @rule(number=st.integers(0, 9))
    def die(self, number):
        """Its requests are over at once; its lease only in time, while the others go on renewing."""
        gone = self.process(number)
        self.living.remove(gone)
        SeatLease.objects.filter(process=gone.leases.process).update(
            renewed_at=F("renewed_at") - timedelta(seconds=LEASE_SECONDS)
        )

    @invariant()
    def no_more_requests_than_seats(self):
        assert sum(each.seats.taken for each in self.living) <= 5

    @invariant()
    def no_more_seats_lent_than_there_are(self):
        assert sum(each.seats.limit for each in self.living) <= 5
        assert sum(SeatLease.objects.filter(backend=self.row).values_list("seats", flat=True)) <= 5

    def teardown(self):
        """When nothing happens for a while, all seats are lent, to whoever waits for them."""
        for each in self.living:
            each.end(100)
            each.ask(0)
        self.living[0].ask(50)
        with patch.object(leases, "TURN_SECONDS", 1e12):
            looks(*self.living, times=6)
        found = [max(each.seats.limit, each.seats.taken) for each in self.living]
        self.row.delete()
        assert sum(found) == 5, found
        assert found[0] == max(found)


class TestService(TestCase, Service.TestCase):
    settings = settings(max_examples=15, stateful_step_count=25, deadline=None, phases=[Phase.generate])
