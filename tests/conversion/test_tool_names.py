import hashlib

import pytest

from conversion.tool_names import renamed_tools


def mark(name, digits=8):
    return hashlib.sha1(name.encode()).hexdigest()[:digits]


@pytest.mark.parametrize("name", ["Read", "mcp__server__tool", "a-b_C9", "x" * 64])
def test_legal_names_are_kept(name):
    assert renamed_tools([name]) == {}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        pytest.param("x" * 80, "x" * 55, id="long"),  # protocol E106
        pytest.param("files.read", "files_read", id="dot"),  # protocol E106
        pytest.param("läsa", "l_sa", id="accent"),
        pytest.param("", "", id="empty"),
    ],
)
def test_other_names_are_shortened_and_marked(name, start):
    assert renamed_tools([name]) == {name: f"{start}_{mark(name)}"}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        pytest.param("1st", "_1st", id="digit"),
        pytest.param("-x", "_-x", id="dash"),
        pytest.param("9" * 64, "_" + "9" * 54, id="long"),
    ],
)
def test_some_backends_want_a_letter_first(name, start):
    assert renamed_tools([name], letter_first=True) == {name: f"{start}_{mark(name)}"}
    assert renamed_tools([name]) == {}


@pytest.mark.parametrize("name", ["Read", "_x", "a1"])
def test_names_with_a_letter_first_are_kept(name):
    assert renamed_tools([name], letter_first=True) == {}


def test_names_with_the_same_beginning_stay_apart():  # protocol E107
    one, other = "x" * 60 + "_one_more", "x" * 60 + "_another_more"
    renamed = renamed_tools([one, other])
    assert len(set(renamed.values())) == 2


def test_a_name_depends_on_itself_alone():
    assert renamed_tools(["a.b"]) == {"a.b": renamed_tools(["c.d", "a.b", "Read"])["a.b"]}


def test_a_taken_name_makes_the_mark_longer():
    taken = f"a_b_{mark('a.b')}"
    assert renamed_tools(["a.b", taken]) == {"a.b": f"a_b_{mark('a.b', 12)}"}


def test_even_a_hostile_choice_of_names_has_an_answer():
    taken = [f"a_b_{mark('a.b', digits)}" for digits in range(8, 41, 4)]
    assert renamed_tools(["a.b", *taken]) == {"a.b": f"a_b_{mark('a.b', 40)}"}
