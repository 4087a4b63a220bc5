"""What one process learns of backends, and how the others come to know."""

from dataclasses import replace

import pytest

from conversion.destination import Destination
from conversion.errors import BackendFailure
from routing.health.board import Board
from routing.models import Backend, BackendHealth
from routing.table import BackendEntry, CompressionEntry, Route
from tests.routing import factories

pytestmark = pytest.mark.django_db

DOWN = BackendFailure("Cannot reach the backend")
LIMITED = BackendFailure("Slow down", status=429, type="rate_limit_error", retry_after=30)
REFUSED = BackendFailure("wrong key", upstream_status=401)


class Clock:
    now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def route():
    return route_to(factories.backend("lab"))


def route_to(row, *credentials, number=0):
    entry = BackendEntry(row.pk, row.name, row.base_url, credentials=credentials)
    return Route(entry, "m", Destination("m"), CompressionEntry(), "test", credential_number=number)


def test_another_process_leaves_the_backend_alone_too(route, clock):
    first, second = Board(clock), Board(clock)
    first.failed(route, LIMITED)
    assert second.lets_through(route)
    first.refresh()
    second.refresh()
    assert not second.lets_through(route)
    clock.now += 30
    assert second.lets_through(route)


def test_another_process_uses_it_again_when_it_answered(route, clock):
    first, second = Board(clock), Board(clock)
    first.failed(route, LIMITED)
    for board in (first, second):
        board.refresh()
    clock.now += 31
    second.succeeded(route, second.claim(route))
    for board in (second, first):
        board.refresh()
    assert first.lets_through(route)
    assert BackendHealth.objects.get().openings == 0


def test_a_row_tells_since_when_and_why(route, clock):
    board = Board(clock)
    for _ in range(3):
        board.failed(route, DOWN)
    board.refresh()
    row = BackendHealth.objects.get()
    assert (row.model, row.openings, row.reason) == ("m", 1, "Cannot reach the backend")
    assert row.opened_at.timestamp() == clock.now


def test_what_is_closed_by_hand_is_asked_again(route, clock):
    board = Board(clock)
    board.failed(route, LIMITED)
    board.refresh()
    BackendHealth.objects.update(openings=0)
    board.refresh()
    assert board.lets_through(route)


def test_nothing_is_written_while_all_is_well(route, clock, django_assert_num_queries):
    board = Board(clock)
    board.succeeded(route, board.claim(route))
    board.failed(route, DOWN)
    with django_assert_num_queries(1):
        board.refresh()


def test_a_backend_that_is_gone_is_forgotten(route, clock):
    board = Board(clock)
    board.failed(route, LIMITED)
    Backend.objects.all().delete()
    board.refresh()
    assert not BackendHealth.objects.exists()


def test_one_refused_credential_of_several_rests_alone(clock):
    row = factories.backend()
    board = Board(clock)
    board.failed(route_to(row, "a", "b"), REFUSED)
    assert not board.lets_through(route_to(row, "a", "b"))
    assert board.lets_through(route_to(row, "a", "b", number=1))
    clock.now += 61
    assert board.lets_through(route_to(row, "a", "b"))


def test_a_row_that_is_deleted_is_closed(route, clock):
    board = Board(clock)
    board.failed(route, LIMITED)
    board.refresh()
    BackendHealth.objects.all().delete()
    board.refresh()
    assert board.lets_through(route)


def test_what_has_long_been_over_is_deleted(route, clock):
    board = Board(clock)
    board.failed(route, LIMITED)
    board.refresh()
    clock.now += 2 * 86_400
    other = route_to(factories.backend())
    board.failed(other, LIMITED)
    board.refresh()
    assert BackendHealth.objects.get().backend_id == other.backend.id


def test_names_that_no_row_can_hold_stay_in_this_process(route, clock):
    board = Board(clock)
    long = replace(route, model="x" * 201)
    board.failed(long, LIMITED)
    board.refresh()
    assert not board.lets_through(long)
    assert not BackendHealth.objects.exists()


def test_breakers_are_bounded(route, clock):
    board = Board(clock)
    for number in range(3000):
        board.failed(replace(route, model=str(number)), DOWN)
    assert len(board._breakers) <= 1001


def test_requests_are_counted_while_they_are_there(route):
    board = Board()
    for _ in range(2):
        board.begin(route)
    board.end(route)
    assert board.busy(route) == 1
    board.end(route)
    assert board.busy(route) == 0
