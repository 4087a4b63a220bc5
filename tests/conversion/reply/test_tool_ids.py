"""Tool call ids, there and back."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversion.tool_ids import backend_tool_id, client_tool_id


def suffixes():
    numbers = itertools.count()
    return lambda: f"{next(numbers):022}"


@pytest.mark.parametrize("backend_id", ["call_abc", "toolu_01abc", "a" * 64, "123456789"])
def test_it_leaves_a_legal_id_alone(backend_id):
    assert client_tool_id(backend_id, set(), suffixes()) == backend_id == backend_tool_id(backend_id)


@pytest.mark.parametrize("backend_id", ["functions.Bash:0", "a" * 65, "ä", "toolu_xYQ", "a b"])
def test_it_wraps_what_the_client_may_not_see(backend_id):  # protocol F147
    client_id = client_tool_id(backend_id, set(), suffixes())
    assert re.fullmatch(r"toolu_x[a-zA-Z0-9_-]+", client_id)
    assert backend_tool_id(client_id) == backend_id


@pytest.mark.parametrize("backend_id", [None, "", "null"])
def test_it_makes_an_id_where_there_is_none(backend_id):  # protocol F146, H203
    assert client_tool_id(backend_id, set(), suffixes()) == "toolu_01" + "0" * 22


def test_it_makes_an_id_where_one_is_repeated():  # protocol F146
    seen = {"call_1"}
    assert client_tool_id("call_1", seen, suffixes()) == "toolu_01" + "0" * 22
    assert seen == {"call_1", "toolu_01" + "0" * 22}


def test_it_makes_another_where_the_new_one_is_taken():
    assert client_tool_id(None, {"toolu_01" + "0" * 22}, suffixes()) == "toolu_01" + "0" * 21 + "1"


def test_it_shortens_an_id_that_is_too_long_to_be_wrapped():
    long_id = "x" * 1_000
    client_id = client_tool_id(long_id, set(), suffixes())
    assert re.fullmatch(r"toolu_h[a-zA-Z0-9]{22}", client_id)
    assert client_id == client_tool_id(long_id, set(), suffixes())


@pytest.mark.parametrize("client_id", ["toolu_x", "toolu_x!", "toolu_x_w", "toolu_xA"])
def test_it_unwraps_only_what_it_wrapped(client_id):
    assert backend_tool_id(client_id) == client_id


@given(st.text(min_size=1, max_size=120).filter(lambda text: text != "null"))
def test_it_gives_every_id_of_fair_length_back(backend_id):
    client_id = client_tool_id(backend_id, set(), suffixes())
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,200}", client_id)
    if client_id.startswith("toolu_x"):
        assert backend_tool_id(client_id) == backend_id.encode(errors="replace").decode()
