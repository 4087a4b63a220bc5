"""Names of called tools, as the client knows them."""

import pytest

from conversion.reply.call_names import legal_name, offered_name

TOOLS = {"Bash": "Bash", "Read": "Read", "mcp__x__Read": "mcp__x__Read", "long_1a2b3c4d": "a very.long name"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Bash", "Bash", id="as offered"),
        pytest.param("a very.long name", "long_1a2b3c4d", id="under its own name"),
        pytest.param("bash", "Bash", id="another case"),
        pytest.param("Bash ", "Bash", id="white space"),
        pytest.param("functions.Bash", "Bash", id="a prefix"),  # protocol H201
        pytest.param("default_api:Bash", "Bash", id="another prefix"),
        pytest.param("functions.bash", "Bash", id="a prefix and another case"),
        pytest.param("Bash<|channel|>commentary", "Bash", id="tokens after it"),
        pytest.param("functions.Bash:0", "functions.Bash:0", id="two things at once"),
        pytest.param("mcp__y__Read", "mcp__y__Read", id="another server's tool"),
        pytest.param("Bas", "Bas", id="a part of a name"),
    ],
)
def test_it_finds_the_tool_that_is_meant(name, expected):
    assert offered_name(name, TOOLS) == expected


def test_it_takes_no_guess_between_two():
    assert offered_name("READ", {"Read": "Read", "read": "read"}) == "READ"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("functions.Bash:0", "functions_Bash_0"), ("rm -rf\n\x00", "rm_-rf_"), ("x" * 500, "x" * 128)],
)
def test_it_makes_any_name_legal(name, expected):
    assert legal_name(name) == expected
