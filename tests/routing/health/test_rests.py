"""One refused credential of several rests alone, for all processes."""

from dataclasses import replace

import pytest

from conversion.destination import Destination
from conversion.errors import BackendFailure
from routing.health.board import CREDENTIAL_PAUSE, Board
from routing.loading import opened_backend
from routing.models import BackendCredential, BackendHealth, CredentialRest
from routing.table import CompressionEntry, Route
from tests.routing import factories
from tests.routing.health.test_board import Clock, fail, refresh

pytestmark = pytest.mark.django_db

REFUSED = BackendFailure("wrong key", upstream_status=401)
LIMITED = BackendFailure("Slow down", status=429, retry_after=7)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def first():
    """The way to a backend by the first of its two credentials."""
    row = factories.backend("lab", credential="one")
    factories.credential_of(row, "two")
    return Route(opened_backend(row), "m", Destination("m"), CompressionEntry(), "test")


@pytest.fixture
def second(first):
    return replace(first, credential_number=1)


@pytest.fixture
def boards(clock):
    return Board(clock), Board(clock)


@pytest.mark.parametrize(("failure", "pause"), [(REFUSED, CREDENTIAL_PAUSE), (LIMITED, 7)], ids=["refused", "limited"])
def test_it_rests_in_all_processes_and_the_others_do_not(boards, first, second, clock, failure, pause):
    fail(boards[0], first, failure)
    refresh(*boards)
    assert not any(board.lets_through(first) for board in boards)
    assert all(board.lets_through(second) for board in boards)
    assert not BackendHealth.objects.exists()
    clock.now += pause
    assert all(board.lets_through(first) for board in boards)


def test_the_row_says_until_when_and_why_but_not_what_it_is(boards, first, clock):
    fail(boards[0], first, REFUSED)
    boards[0].refresh()
    row = CredentialRest.objects.get()
    assert row.until.timestamp() == clock.now + CREDENTIAL_PAUSE
    assert row.reason == "wrong key"
    assert row.credential_id == first.credential_id


def test_it_is_ended_by_hand(boards, first):
    fail(boards[0], first, REFUSED)
    refresh(*boards)
    CredentialRest.objects.all().delete()
    refresh(*boards)
    assert all(board.lets_through(first) for board in boards)


def test_an_answer_ends_it(boards, first, clock):
    fail(boards[0], first, REFUSED)
    refresh(*boards)
    clock.now += 1
    boards[1].succeeded(first, boards[1].claim(first))
    refresh(boards[1], boards[0])
    assert all(board.lets_through(first) for board in boards)
    assert not CredentialRest.objects.exists()


def test_an_answer_to_a_request_from_before_it_does_not(boards, first, clock):
    began = boards[0].claim(first)
    clock.now += 1
    fail(boards[0], first, REFUSED)
    boards[0].succeeded(first, began)
    refresh(*boards)
    assert not any(board.lets_through(first) for board in boards)


def test_a_single_credential_is_the_backends_trouble(boards, clock):
    row = factories.backend("lab", credential="one")
    route = Route(opened_backend(row), "m", Destination("m"), CompressionEntry(), "test")
    fail(boards[0], route, REFUSED)
    boards[0].refresh()
    assert BackendHealth.objects.exists()
    assert not CredentialRest.objects.exists()


def test_a_credential_that_is_gone_is_forgotten(boards, first):
    fail(boards[0], first, REFUSED)
    BackendCredential.objects.all().delete()
    refresh(*boards)
    assert not CredentialRest.objects.exists()


def test_what_has_long_been_over_is_deleted(boards, first, second, clock):
    fail(boards[0], first, REFUSED)
    boards[0].refresh()
    clock.now += 2 * 86_400
    fail(boards[0], second, REFUSED)
    boards[0].refresh()
    assert CredentialRest.objects.get().credential_id == second.credential_id


def test_no_wish_of_a_backend_makes_it_rest_for_ever(boards, first, clock):
    fail(boards[0], first, BackendFailure("never", status=429, retry_after=10**12))
    refresh(*boards)
    clock.now += 86_400
    assert all(board.lets_through(first) for board in boards)
