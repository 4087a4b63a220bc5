"""When a breaker opens, lets one request try, and closes."""

import pytest

from routing.health.breaker import FAILURES_IN_A_ROW, FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WISH, PROBE_SECONDS, Breaker


def opened(at=100.0):
    breaker = Breaker()
    for _ in range(FAILURES_IN_A_ROW):
        breaker.failed(at, at)
    return breaker


def test_it_opens_after_some_failures_in_a_row():
    breaker = Breaker()
    assert [breaker.failed(100.0, 100.0) for _ in range(FAILURES_IN_A_ROW)] == [False] * (FAILURES_IN_A_ROW - 1) + [
        True
    ]
    assert not breaker.lets_through(100.0)


def test_a_success_between_them_begins_the_row_anew():
    breaker = Breaker()
    for _ in range(3):
        for _ in range(FAILURES_IN_A_ROW - 1):
            breaker.failed(100.0, 100.0)
        breaker.succeeded(100.0, 100.0)
        for _ in range(20):
            breaker.succeeded(100.0, 100.0)
    assert not breaker.is_open


def test_it_opens_when_half_of_the_last_requests_failed_though_never_in_a_row():
    breaker = Breaker()
    for _ in range(5):
        breaker.succeeded(100.0, 100.0)
        breaker.failed(100.0, 100.0)
    assert breaker.is_open


def test_failures_of_long_ago_do_not_count():
    breaker = Breaker()
    for second in range(0, 1000, 100):
        breaker.succeeded(second, second)
        breaker.failed(second, second)
    assert not breaker.is_open


@pytest.mark.parametrize(
    ("wish", "pause"),
    [(30.0, 30.0), (1.0, FIRST_PAUSE), (10_000.0, LONGEST_WISH)],
    ids=["as asked", "not too short", "not too long"],
)
def test_a_backend_that_names_a_time_is_left_alone_at_once(wish, pause):
    breaker = Breaker()
    assert breaker.failed(100.0, 100.0, wish)
    assert not breaker.is_due(100.0 + pause - 0.1)
    assert breaker.is_due(100.0 + pause)


def test_one_request_at_a_time_tries_again():
    breaker = opened()
    after = 100.0 + FIRST_PAUSE
    breaker.license(after)
    assert breaker.lets_through(after)
    breaker.claim(after)
    assert not breaker.lets_through(after)
    assert not breaker.is_due(after)
    assert breaker.is_due(after + PROBE_SECONDS)  # the one that tried was never heard of again


def test_a_licence_that_nobody_used_is_over_after_a_while():
    breaker = opened()
    after = 100.0 + FIRST_PAUSE
    breaker.license(after)
    assert not breaker.lets_through(after + PROBE_SECONDS)


def test_a_licence_does_not_shorten_a_pause():
    breaker = opened()
    breaker.license(101.0)
    assert not breaker.lets_through(101.0)


def test_an_answer_closes_it():
    breaker = opened()
    assert breaker.succeeded(106.0, 107.0)
    assert breaker.lets_through(107.0)


def test_an_answer_to_a_request_from_before_it_opened_does_not():
    breaker = opened()
    assert not breaker.succeeded(99.0, 107.0)
    assert breaker.is_open


def test_each_failed_try_makes_the_pause_longer_up_to_a_limit():
    breaker, now, pauses = opened(), 100.0, []
    for _ in range(8):
        pauses.append(breaker.open_until - now)
        now = breaker.open_until
        assert breaker.failed(now, now)
    assert pauses == [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(8)]


def test_failures_while_it_is_open_change_nothing():
    breaker = opened()
    assert not breaker.failed(101.0, 101.0, 60.0)
    assert breaker.open_until == 100.0 + FIRST_PAUSE


def test_a_failure_of_a_request_from_before_it_opened_makes_no_longer_pause():
    breaker = opened()
    late = 100.0 + FIRST_PAUSE + 1
    assert not breaker.failed(99.0, late)
    assert breaker.is_due(late)


def test_of_several_that_try_at_once_only_one_makes_the_pause_longer():
    breaker = opened()
    late = 100.0 + FIRST_PAUSE
    assert [breaker.failed(late, late + second) for second in (0, 1, 15)] == [True, False, False]
