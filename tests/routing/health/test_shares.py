"""How the seats of a backend are shared out among processes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.health.shares import shares

WANTED = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50), min_size=1)


@pytest.mark.parametrize(
    ("limit", "wanted", "given"),
    [
        (10, {"a": 3}, {"a": 10}),
        (10, {"a": 0, "b": 0}, {"a": 5, "b": 5}),
        (10, {"a": 50, "b": 0}, {"a": 9, "b": 1}),
        (10, {"a": 50, "b": 50}, {"a": 5, "b": 5}),
        (10, {"a": 2, "b": 4}, {"a": 4, "b": 6}),
        (10, {"a": 50, "b": 50, "c": 2}, {"a": 4, "b": 4, "c": 2}),
        (1, {"a": 0, "b": 5}, {"a": 0, "b": 1}),
        (1, {"a": 0, "b": 0}, {"a": 1, "b": 0}),
        (3, {"a": 3, "b": 0}, {"a": 3, "b": 0}),
    ],
    ids=["alone", "idle", "one busy", "all busy", "room for all", "one modest", "fewer seats", "none wanted", "few"],
)
def test_they_go_to_those_who_want_them(limit, wanted, given):
    assert shares(limit, wanted, 0) == given


def test_a_single_seat_goes_round():
    found = [shares(1, {"a": 9, "b": 9, "idle": 0}, turn) for turn in range(4)]
    assert [each["a"] for each in found] == [1, 0, 1, 0]
    assert [each["b"] for each in found] == [0, 1, 0, 1]


@given(limit=st.integers(1, 40), wanted=WANTED, turn=st.integers(0, 10**9))
def test_all_are_given_and_no_more_than_there_are(limit, wanted, turn):
    found = shares(limit, wanted, turn)
    assert found.keys() == wanted.keys()
    assert min(found.values()) >= 0
    assert sum(found.values()) == limit


@given(limit=st.integers(1, 40), wanted=WANTED, turn=st.integers(0, 10**9))
def test_nobody_gets_more_than_one_beyond_a_process_that_wants_more(limit, wanted, turn):
    found = shares(limit, wanted, turn)
    for poor in (process for process, count in wanted.items() if found[process] < count):
        assert max(found.values()) <= found[poor] + 1


@given(limit=st.integers(1, 8), wanted=WANTED)
def test_everybody_who_wants_has_a_seat_some_of_the_time(limit, wanted):
    rounds = [shares(limit, wanted, turn) for turn in range(len(wanted))]
    assert all(any(each[process] for each in rounds) for process, count in wanted.items() if count)
