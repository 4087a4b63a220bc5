"""A prompt as units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversion.compression.sections import units

LINES = st.sampled_from(
    [
        "",
        " ",
        "# One",
        "## Two",
        "####### no heading",
        "text",
        " - item",
        "```",
        "~~~",
        "<env>",
        "</env>",
        "<a> b",
        "#no",
    ]
)


def shape(prompt):
    return [(unit.text, unit.headings) for unit in units(prompt) if unit.text]


@given(st.lists(LINES).map("\n".join))
def test_nothing_is_lost(prompt):
    assert "".join(unit.text + unit.gap for unit in units(prompt)) == prompt


CASES = [
    pytest.param("a\nb\n\nc", [("a\nb", ()), ("c", ())], id="paragraphs"),
    pytest.param("# H\ntext", [("# H", ("# H",)), ("text", ("# H",))], id="a heading is a unit of its own"),
    pytest.param(
        "# A\n## B\nx\n# C\ny",
        [("# A", ("# A",)), ("## B", ("# A", "## B")), ("x", ("# A", "## B")), ("# C", ("# C",)), ("y", ("# C",))],
        id="levels",
    ),
    pytest.param("see # A\n#B", [("see # A\n#B", ())], id="no heading inside of a line, none without a space"),
    pytest.param("```\n# A\n\nb\n```\nc", [("```\n# A\n\nb\n```", ()), ("c", ())], id="a fenced block is whole"),
    pytest.param("<env>\n\n# A\n</env>\nb", [("<env>\n\n# A\n</env>", ()), ("b", ())], id="an element is whole"),
    pytest.param("```\na\n\nb", [("```\na", ()), ("b", ())], id="a block that is never closed is text"),
    pytest.param("<env>\na\n\nb", [("<env>\na", ()), ("b", ())], id="an element that is never closed is text"),
]


@pytest.mark.parametrize(("prompt", "expected"), CASES)
def test_a_prompt_is_read_as_units(prompt, expected):
    assert shape(prompt) == expected


def test_many_open_elements_take_no_longer_than_as_many_lines():
    assert len(units("<a>\n\n" * 50_000)) == 50_000
