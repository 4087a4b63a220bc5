"""Reasoning state: collected from the stream, carried by a block, restored as the backend sent it."""

import functools

import pytest

from conversion.signatures import ReasoningState
from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, whole

DETAILS = {"reasoning_state": "details"}
ENCRYPTED = {"type": "reasoning.encrypted", "data": "x1", "id": "r1", "format": "f", "index": 0}
SIGNATURE = {"google": {"thought_signature": "sig"}}


def payloads(reply):
    return [state.payload for state in reply.states()]


def test_it_seals_the_group_and_the_model():  # protocol F137
    assert whole({"reasoning": "a"}).states() == [ReasoningState("test", "backend-model", "t")]


def test_it_carries_details_as_they_came():  # protocol F139
    details = [{"type": "reasoning.text", "text": "a", "signature": "s", "index": 0, "unknown": {"x": 1}}, ENCRYPTED]
    reply = whole({"reasoning": "a", "reasoning_details": details, "content": "b"}, profile=DETAILS)
    assert (reply.types, payloads(reply)) == (["thinking", "text"], [details])


def test_it_joins_details_that_stream():
    parts = [
        [{"type": "reasoning.text", "text": "a", "index": 0, "format": None}],
        [{"type": "reasoning.text", "text": "b", "index": 0, "format": "f"}],
        [{"type": "reasoning.text", "signature": "s", "index": 0}],
        [
            {"type": "reasoning.summary", "summary": "c", "id": "1"},
            {"type": "reasoning.summary", "summary": "d", "id": "1"},
        ],
        [ENCRYPTED, {**ENCRYPTED, "data": "x1y"}, {**ENCRYPTED, "data": "other"}],
    ]
    reply = streamed(*(chunk(reasoning_details=part) for part in parts), chunk("b", finish="stop"), profile=DETAILS)
    assert payloads(reply) == [
        [
            {"type": "reasoning.text", "text": "ab", "index": 0, "format": "f", "signature": "s"},
            {"type": "reasoning.summary", "summary": "cd", "id": "1"},
            {**ENCRYPTED, "data": "x1y"},
            {**ENCRYPTED, "data": "other"},
        ]
    ]


def thought(text="", **fields):
    return [{"type": "thinking", "thinking": [{"type": "text", "text": text}], **fields}]


@pytest.mark.parametrize("display", ["shown", "omitted"])
def test_it_carries_the_signature_of_a_text_in_the_content(display):
    reply = streamed(
        chunk(thought("Let ")),
        chunk(thought("me see", signature="si")),
        chunk(thought(signature="g")),
        chunk("Done", finish="stop"),
        profile={"reasoning_state": "text", "reasoning_in_content": "part"},
        terms=terms(thinking=display),
    )
    hidden = "Let me see" if display == "omitted" else None
    assert reply.states() == [ReasoningState("test", "backend-model", "ms", {"signature": "sig", "text": hidden})]


def test_it_carries_state_without_text_in_a_block_of_its_own():  # protocol F144
    for reply in (
        whole({"reasoning_details": [ENCRYPTED], "content": "b"}, profile=DETAILS),
        streamed(chunk(reasoning_details=[ENCRYPTED]), chunk("b", finish="stop"), profile=DETAILS),
    ):
        assert (reply.types, payloads(reply)) == (["redacted_thinking", "text"], [[ENCRYPTED]])


def test_it_carries_state_that_comes_late_at_the_end():
    reply = streamed(
        chunk(reasoning="a"), chunk("b"), chunk(reasoning_details=[ENCRYPTED], finish="stop"), profile=DETAILS
    )
    assert reply.types == ["thinking", "text", "redacted_thinking"]
    assert payloads(reply) == [None, [ENCRYPTED]]


def test_it_lets_the_last_block_carry_the_whole():
    first, second = ({"type": "reasoning.text", "text": text, "index": index} for index, text in enumerate("ac"))
    reply = streamed(
        chunk(reasoning_details=[first]),
        chunk("b"),
        chunk(reasoning_details=[second]),
        chunk("d", finish="stop"),
        profile=DETAILS,
    )
    assert payloads(reply) == [[first], [first, second]]


def test_it_carries_what_hangs_on_a_call():
    entry = call("{}", id="call_1", name="Bash", extra_content=SIGNATURE)
    reply = streamed(chunk(reasoning="a"), calls(entry, finish="tool_calls"))
    assert [(state.kind, state.payload) for state in reply.states()] == [
        ("gs", {"calls": {"call_1": SIGNATURE}, "msg": None})
    ]
    assert reply.types == ["thinking", "tool_use"]


def test_it_carries_it_before_the_call_where_nothing_was_thought_aloud():
    entry = call("{}", id="call_1", name="Bash", extra_content=SIGNATURE)
    assert streamed(calls(entry), chunk(finish="stop")).types == ["redacted_thinking", "tool_use"]


def test_it_carries_what_hangs_on_the_message():
    reply = whole({"content": "a", "extra_content": SIGNATURE})
    assert payloads(reply) == [{"calls": {}, "msg": SIGNATURE}]


def test_it_carries_nothing_for_a_client_that_switched_thinking_off():
    reply = whole({"reasoning_details": [ENCRYPTED], "content": "b"}, profile=DETAILS, terms=terms(thinking="off"))
    assert reply.types == ["text"]


def test_it_carries_no_details_to_backends_that_do_not_want_them():
    assert whole({"reasoning_details": [ENCRYPTED], "content": "b"}).types == ["text"]


def test_it_gives_each_block_its_own_omitted_text():
    omitted = terms(thinking="omitted")
    reply = streamed(chunk(reasoning="a"), chunk("b"), chunk(reasoning="c"), chunk("d", finish="stop"), terms=omitted)
    assert payloads(reply) == ["a", "c"]


def test_it_gives_up_state_that_is_too_large():
    huge = {**ENCRYPTED, "data": "".join(map(str, range(200_000)))}
    reply = whole({"reasoning": "a", "reasoning_details": [huge]}, profile=DETAILS)
    assert (payloads(reply), reply.notices) == ([None], {"reasoning_state_dropped"})


def test_it_gives_up_state_that_is_nested_without_end():
    deep = {**ENCRYPTED, "x": functools.reduce(lambda inner, _: [inner], range(60))}
    reply = whole({"reasoning": "a", "reasoning_details": [deep]}, profile=DETAILS)
    assert (payloads(reply), reply.notices) == ([None], {"reasoning_state_dropped"})


def test_it_gives_up_state_that_never_ends():
    turns = [
        piece
        for n in range(60)
        for piece in (chunk(reasoning_details=[{"type": "x", "text": "a", "index": n}]), chunk("b"))
    ]
    reply = streamed(*turns, chunk(finish="stop"), profile=DETAILS)
    assert (len(payloads(reply)), payloads(reply)[-1]) == (60, None)


@pytest.mark.parametrize("details", [5, [5], [None], [{}], [{"index": [1]}], [{"type": {}, "text": 5}]])
def test_it_survives_details_of_any_shape(details):
    assert whole({"content": "b", "reasoning_details": details}, profile=DETAILS).text == "b"
