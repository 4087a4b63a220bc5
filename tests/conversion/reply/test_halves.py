"""Characters whose halves come in two chunks."""

import pytest

from tests.conversion.reply.replies import call, calls, chunk, streamed

FIRST, SECOND = "\ud83d", "\ude00"


def test_the_halves_of_a_character_become_one_in_text():
    assert streamed(chunk("a" + FIRST), chunk(SECOND + "b", finish="stop")).text == "a😀b"


def test_the_halves_of_a_character_become_one_in_reasoning():
    reply = streamed(chunk(reasoning="a" + FIRST), chunk(reasoning=SECOND), chunk("x", finish="stop"))
    assert reply.thinking == "a😀"


@pytest.mark.parametrize("arguments", ["forward", "buffer"])
def test_the_halves_of_a_character_become_one_in_arguments(arguments):
    reply = streamed(
        calls(call('{"a":"' + FIRST, id="1", name="Bash")),
        calls(call(SECOND + '"}')),
        chunk(finish="tool_calls"),
        profile={"tool_arguments": arguments},
    )
    assert reply.tools == [("Bash", {"a": "😀"})]


def test_other_chunks_may_come_between():
    assert streamed(chunk(FIRST), {"choices": []}, chunk(SECOND, finish="stop")).text == "😀"


def test_a_half_within_a_text_is_replaced():
    assert streamed(chunk('a\ud83db"\ude00', finish="stop")).text == 'a\ufffdb"\ufffd'


def test_a_half_that_nothing_joins_is_lost():
    assert streamed(chunk("a" + FIRST), chunk("b", finish="stop")).text == "ab"


def test_a_backslash_before_the_letters_is_no_half():
    assert streamed(chunk("a\\ud83d"), chunk("\\ude00", finish="stop")).text == "a\\ud83d\\ude00"
