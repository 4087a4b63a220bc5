"""The repair of an object while it streams, on any input."""

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from conversion.reply.arguments import Arguments
from conversion.reply.json_repair import ObjectRepair, complete_members

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)
SCRAPS = st.sampled_from(
    [
        '{"a":',
        '"',
        "'",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\",
        "\\u",
        "d83d",
        "\\ude00",
        "1",
        "-",
        ".5",
        "true",
        "None",
        "//",
        "/*",
        "*/",
        "\n",
        " ",
        "x",
        '"k":"v",',
        "{}",
        "é",
        "\x00",
        "```",
    ]
)
TEXTS = st.lists(SCRAPS, max_size=25).map("".join)


def cut(text, positions):
    edges = [0, *sorted(position % (len(text) + 1) for position in positions), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]


def streamed(text, positions):
    arguments = Arguments()
    return "".join([arguments.add(piece) for piece in cut(text, positions)]) + arguments.end(cut=False)


@given(OBJECTS, st.lists(st.integers(0, 10_000), max_size=8), st.booleans(), st.sampled_from([None, 1]))
def test_it_passes_on_what_is_valid_wherever_it_is_cut(value, positions, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).replace("\\u0000", "")
    repair = ObjectRepair()
    assert "".join([repair.feed(piece) for piece in cut(text, positions)]) + repair.end() == text
    assert repair.complete
    assert not repair.altered


@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=8))
def test_it_makes_the_same_of_any_text_wherever_it_is_cut(text, positions):
    whole, pieces = ObjectRepair(), ObjectRepair()
    once = whole.feed("{" + text)
    assert "".join([pieces.feed(piece) for piece in cut("{" + text, positions)]) == once
    assert whole.end() == pieces.end()


@given(TEXTS)
def test_it_lets_out_only_the_beginning_of_an_object(text):
    repair = ObjectRepair()
    sent = repair.feed("{" + text)
    assert isinstance(json.loads(complete_members(sent)), dict)
    rest = repair.end()
    if repair.complete or (repair.sent and rest):
        assert isinstance(json.loads(sent + rest), dict)


@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=5))
def test_it_answers_any_text_with_an_object_or_an_open_end(text, positions):
    sent = streamed(text, positions)
    try:
        value = json.loads(sent)
    except ValueError:
        assert isinstance(json.loads(complete_members(sent)), dict)
    else:
        assert isinstance(value, dict)


@given(OBJECTS, st.integers(0, 10_000))
def test_it_never_shortens_a_string(value, position):
    """Whatever is cut off: no string of the object that comes out is a part of one that went in."""
    text = json.dumps(value, ensure_ascii=False).replace("\\u0000", "")
    value = json.loads(text)
    sent = streamed(text[: position % (len(text) + 1)], [])
    try:
        found = json.loads(sent)
    except ValueError:
        found = json.loads(complete_members(sent))
    for name, member in found.items():
        if name != "__invalid_json" and isinstance(member, str):
            assert value.get(name) == member
