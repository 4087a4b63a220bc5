"""What is taken out of the text: stop sequences, fences around structured output, a repeated prefill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversion.reply.stop_sequences import StopSequences
from conversion.reply.visible_text import VisibleText
from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, usage, whole

STOP = [
    pytest.param(["END"], "a END b", ("a ", "END"), id="a match"),  # protocol G181
    pytest.param(["END"], "a EN", ("a EN", None), id="the beginning of one"),
    pytest.param(["END"], "EENDx", ("E", "END"), id="a beginning inside a match"),
    pytest.param(["b", "ab"], "xab", ("x", "ab"), id="the earlier of two"),
    pytest.param(["ab", "abc"], "xabcd", ("x", "abc"), id="the longer of two"),
    pytest.param(["ab", "abc"], "xabd", ("x", "ab"), id="the shorter, as the longer does not come"),
    pytest.param(["ab", "abc"], "xab", ("x", "ab"), id="the shorter, as nothing comes"),
    pytest.param(["bcd", "abcde"], "abcdx", ("a", "bcd"), id="one inside another that does not come"),
    pytest.param(["\n\n"], "a\nb\n\nc", ("a\nb", "\n\n"), id="line ends"),
    pytest.param([""], "abc", ("abc", None), id="an empty one is none"),
]


@pytest.mark.parametrize(("sequences", "text", "expected"), STOP)
def test_it_cuts_the_text_before_a_stop_sequence_wherever_it_is_split(sequences, text, expected):
    for cut in range(len(text) + 1):
        assert _cut(sequences, text[:cut], text[cut:]) == expected, cut
    assert _cut(sequences, *text) == expected


@given(
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=3),
    st.text("abc", max_size=12),
    st.integers(0, 12),
)
def test_it_finds_the_same_stop_sequence_wherever_the_text_is_split(sequences, text, cut):
    assert _cut(sequences, text[:cut], text[cut:]) == _cut(sequences, text) == _cut(sequences, *text)


def _cut(sequences, *pieces):
    stops = StopSequences(sequences)
    shown = "".join([stops.feed(piece) for piece in pieces]) + stops.end()
    return shown, stops.matched


def test_it_ends_the_message_at_a_stop_sequence():  # protocol G181
    reply = streamed(
        chunk("yes</bl"), chunk("ock>no"), chunk(" more"), usage(), terms=terms(stop_sequences=("</block>",))
    )
    assert (reply.text, reply.stop_reason) == ("yes", "stop_sequence")
    assert reply.message["stop_sequence"] == "</block>"
    assert reply.translation.cancel_upstream
    assert reply.translation.usage.estimated


def test_it_finds_stop_sequences_in_whole_answers():
    local = terms(stop_sequences=("END",), local_stop_sequences=("END",))
    reply = whole({"content": "a END b", "tool_calls": [call("{}", name="Bash")]}, terms=local)
    assert (reply.types, reply.text, reply.stop_reason) == (["text"], "a ", "stop_sequence")


def test_it_looks_for_stop_sequences_in_text_alone():
    end = terms(stop_sequences=("END",))
    reply = streamed(
        chunk(reasoning="END"),
        chunk("a"),
        calls(call('{"a":"END"}', id="1", name="Bash"), finish="tool_calls"),
        terms=end,
    )
    assert (reply.thinking, reply.text, reply.stop_reason) == ("END", "a", "tool_use")


def test_it_shows_held_text_before_a_call():
    reply = streamed(
        chunk("a EN"), calls(call("{}", id="1", name="Bash"), finish="tool_calls"), terms=terms(stop_sequences=("END",))
    )
    assert (reply.types, reply.text) == (["text", "tool_use"], "a EN")


def test_it_stops_where_held_text_turns_out_to_be_a_stop_sequence():
    both = terms(stop_sequences=("ab", "abc"))
    reply = streamed(chunk("xab"), calls(call("{}", id="1", name="Bash"), finish="tool_calls"), terms=both)
    assert (reply.types, reply.message["stop_sequence"]) == (["text"], "ab")


FENCED = [
    pytest.param('```json\n{"a":1}\n```', '{"a":1}', id="a fence"),
    pytest.param('\n```\n{"a":1}\n```\n', '{"a":1}', id="a fence without a language"),
    pytest.param('{"a":"```"}', '{"a":"```"}', id="no fence"),
    pytest.param('```json {"a":1}```', '```json {"a":1}```', id="no line of its own"),
    pytest.param('```json\n{"a":"```\\n"}\n```', '{"a":"```\\n"}', id="a fence inside"),
    pytest.param("```json\n{}\n", "{}\n", id="a fence that is not closed"),
    pytest.param("``", "``", id="less than a fence"),
]


@pytest.mark.parametrize(("text", "expected"), FENCED)
def test_it_takes_the_fence_off_structured_output(text, expected):
    for cut in range(len(text) + 1):
        visible = VisibleText(terms(structured_output=True))
        assert visible.feed(text[:cut]) + visible.feed(text[cut:]) + visible.end() == expected, cut


def test_it_leaves_fences_in_other_answers():
    assert whole({"content": "```json\n{}\n```"}).text == "```json\n{}\n```"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The answer is 5", " 5", id="repeated"),
        pytest.param(" 5", " 5", id="continued"),
        pytest.param("The answer", "The answer", id="repeated in part"),
        pytest.param("The answer isn't", "n't", id="repeated, and going on otherwise"),
        pytest.param("The answer was", "The answer was", id="something else"),
    ],
)
def test_it_takes_off_a_repeated_prefill(text, expected):
    for cut in range(len(text) + 1):
        visible = VisibleText(terms(prefill="The answer is"))
        assert visible.feed(text[:cut]) + visible.feed(text[cut:]) + visible.end() == expected, cut
