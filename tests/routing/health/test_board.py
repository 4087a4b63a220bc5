"""What one process learns of backends, and how the others come to know."""

from dataclasses import replace

import pytest
from django.db import DatabaseError

from conversion.destination import Destination
from conversion.errors import BackendFailure
from routing.health.board import Board
from routing.health.breaker import PROBE_SECONDS
from routing.models import Backend, BackendHealth
from routing.table import BackendEntry, CompressionEntry, Route
from tests.routing import factories

pytestmark = pytest.mark.django_db

DOWN = BackendFailure("Cannot reach the backend")
LIMITED = BackendFailure("Slow down", status=429, type="rate_limit_error", retry_after=30)


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


def route_to(row):
    entry = BackendEntry(row.pk, row.name, row.base_url)
    return Route(entry, "m", Destination("m"), CompressionEntry(), "test")


def refresh(*boards):
    for board in boards:
        board.refresh()


def fail(board, route, failure):
    board.failed(route, failure, board.claim(route))


def test_another_process_leaves_the_backend_alone_too(route, clock):
    first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    assert second.lets_through(route)
    first.refresh()
    second.refresh()
    assert not second.lets_through(route)
    clock.now += 30
    assert second.lets_through(route)


def test_another_process_uses_it_again_when_it_answered(route, clock):
    first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    for board in (first, second):
        board.refresh()
    clock.now += 31
    second.succeeded(route, second.claim(route))
    for board in (second, first):
        board.refresh()
    assert first.lets_through(route)
    assert BackendHealth.objects.get().openings == 0


def test_one_process_at_a_time_tries_whether_it_answers_again(route, clock):
    boards = first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    refresh(*boards)
    clock.now += 30
    refresh(*boards)
    assert not any(board.lets_through(route) for board in boards)  # both wish to
    refresh(*boards)
    assert [board.lets_through(route) for board in boards] == [True, False]
    first.claim(route)
    refresh(*boards)
    assert not any(board.lets_through(route) for board in boards)
    clock.now += PROBE_SECONDS  # the one that tried was never heard of again
    refresh(*boards)
    assert second.lets_through(route)


def test_without_the_database_each_process_tries_by_itself(route, clock):
    board = Board(clock)
    fail(board, route, LIMITED)
    board.refresh()
    clock.now += 30
    assert board.lets_through(route)
    board.claim(route)
    assert not board.lets_through(route)


def test_an_answer_does_not_close_what_another_process_saw_fail_later(route, clock):
    boards = first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    refresh(*boards)
    clock.now += 31
    began = first.claim(route)
    clock.now += 1
    fail(second, route, LIMITED)
    first.succeeded(route, began)
    refresh(second, first, second)
    assert not any(board.lets_through(route) for board in boards)
    row = BackendHealth.objects.get()
    assert row.openings == 2
    assert row.failing_since < row.opened_at


def test_the_longer_pause_counts_when_two_processes_find_out(route, clock):
    boards = first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    for _ in range(3):
        fail(second, route, DOWN)
    refresh(first, second, first)
    clock.now += 29
    refresh(*boards)
    assert not any(board.lets_through(route) for board in boards)
    assert BackendHealth.objects.get().openings == 1


def test_what_happens_here_while_the_thread_looks_is_not_lost(route, clock, monkeypatch):
    first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    first.refresh()
    take_over = Board._take_over

    def failing_meanwhile(board):
        fail(board, route, BackendFailure("later", status=429, retry_after=300))
        take_over(board)

    with monkeypatch.context() as patched:
        patched.setattr(Board, "_take_over", failing_meanwhile)
        second.refresh()
    clock.now += 200
    assert not second.lets_through(route)
    refresh(second, first)
    assert not first.lets_through(route)


def test_a_database_that_fails_loses_nothing(route, clock, monkeypatch):
    first, second = Board(clock), Board(clock)
    fail(first, route, LIMITED)
    with monkeypatch.context() as patched:
        patched.setattr(Board, "_write", away)
        first.refresh()
    refresh(first, second)
    assert not second.lets_through(route)


def away(*_):
    raise DatabaseError("away")


@pytest.mark.parametrize("message", ["\ud800", "\0", "x" * 1000], ids=["surrogate", "null", "long"])
def test_any_words_of_a_backend_can_be_written(route, clock, message):
    board = Board(clock)
    fail(board, route, BackendFailure(message, status=429, retry_after=30))
    board.refresh()
    assert BackendHealth.objects.exists()


def test_a_row_tells_since_when_and_why(route, clock):
    board = Board(clock)
    for _ in range(3):
        fail(board, route, DOWN)
    board.refresh()
    row = BackendHealth.objects.get()
    assert (row.model, row.openings, row.reason) == ("m", 1, "Cannot reach the backend")
    assert row.opened_at.timestamp() == clock.now


def test_what_is_closed_by_hand_is_asked_again(route, clock):
    board = Board(clock)
    fail(board, route, LIMITED)
    board.refresh()
    BackendHealth.objects.update(openings=0)
    board.refresh()
    assert board.lets_through(route)


def test_nothing_is_written_while_all_is_well(route, clock, django_assert_num_queries):
    board = Board(clock)
    board.succeeded(route, board.claim(route))
    fail(board, route, DOWN)
    with django_assert_num_queries(2):
        board.refresh()


def test_a_backend_that_is_gone_is_forgotten(route, clock):
    board = Board(clock)
    fail(board, route, LIMITED)
    Backend.objects.all().delete()
    board.refresh()
    assert not BackendHealth.objects.exists()


def test_a_row_that_is_deleted_is_closed(route, clock):
    board = Board(clock)
    fail(board, route, LIMITED)
    board.refresh()
    BackendHealth.objects.all().delete()
    board.refresh()
    assert board.lets_through(route)


def test_what_has_long_been_over_is_deleted(route, clock):
    board = Board(clock)
    fail(board, route, LIMITED)
    board.refresh()
    clock.now += 2 * 86_400
    other = route_to(factories.backend())
    fail(board, other, LIMITED)
    board.refresh()
    assert BackendHealth.objects.get().backend_id == other.backend.id


def test_names_that_no_row_can_hold_stay_in_this_process(route, clock):
    board = Board(clock)
    long = replace(route, model="x" * 201)
    fail(board, long, LIMITED)
    board.refresh()
    assert not board.lets_through(long)
    assert not BackendHealth.objects.exists()


def test_breakers_are_bounded(route, clock):
    board = Board(clock)
    for number in range(3000):
        fail(board, replace(route, model=str(number)), DOWN)
    assert len(board._breakers) <= 1001


def test_requests_are_counted_while_they_are_there(route):
    board = Board()
    for _ in range(2):
        board.begin(route)
    board.end(route)
    assert board.busy(route) == 1
    board.end(route)
    assert board.busy(route) == 0
