"""Reasoning: found in every field, shown in thinking blocks, each with one signature."""

import pytest

from tests.conversion.reply.replies import call, calls, chunk, completion, streamed, terms, whole


@pytest.mark.parametrize(
    ("message", "thinking"),
    [
        pytest.param({"reasoning_content": "a"}, "a", id="reasoning_content"),  # protocol F137
        pytest.param({"reasoning": "a"}, "a", id="reasoning"),
        pytest.param({"reasoning": "a", "reasoning_content": "a"}, "a", id="both say the same"),  # protocol F138
        pytest.param({"reasoning": {"content": "a"}}, "a", id="an object"),
        pytest.param({"reasoning": {"summary": [{"text": "a"}, {"text": "b"}]}}, "ab", id="an object with a summary"),
        pytest.param({"thinking": "a"}, "a", id="thinking"),
        pytest.param({"reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0}]}, "a", id="details"),
        pytest.param(
            {
                "reasoning_details": [
                    {"type": "reasoning.summary", "summary": "a", "index": 0},
                    {"type": "reasoning.summary", "summary": "b", "index": 1},
                    {"type": "reasoning.encrypted", "data": "x", "index": 2},
                ]
            },
            "a\n\nb",
            id="summaries are paragraphs",
        ),
        pytest.param({"content": "<think>a</think>\n\nb"}, "a", id="tags"),  # protocol F139
        pytest.param({"content": "\n<thinking>a</thinking>b"}, "a", id="other tags, after a line end"),
        pytest.param({"content": "<think>a"}, "a", id="a tag that is never closed"),
        pytest.param({"content": "b <think>a</think>"}, "", id="tags in the middle are text"),  # protocol F140
        pytest.param({"content": "<think>a</think>b", "reasoning": "c"}, "c", id="no tags beside a field"),
        pytest.param({"content": "<think>\n\n</think>\n\nb"}, "", id="nothing between the tags"),
        pytest.param(
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "a"}]},
                    {"type": "text", "text": "b"},
                ]
            },
            "a",
            id="a thinking part",  # protocol F141
        ),
    ],
)
def test_it_finds_the_reasoning(message, thinking):
    assert whole(message).thinking == thinking
    assert streamed({"choices": [{"delta": message}]}, chunk(finish="stop")).thinking == thinking


def test_it_puts_reasoning_before_the_text():  # protocol F137, G168
    reply = streamed(chunk(reasoning_content="Let me"), chunk(reasoning_content=" see"), chunk("Hi", finish="stop"))
    assert reply.types == ["thinking", "text"]
    assert reply.deltas("thinking") == ["Let me", " see"]
    assert len(reply.deltas("signature")) == 1


def test_it_keeps_text_that_mentions_a_tag():  # protocol F140
    text = "Write <think> first"
    assert streamed(chunk("Write <thi"), chunk("nk> first", finish="stop")).text == text


def test_it_keeps_tags_where_they_are_switched_off():
    assert whole({"content": "<think>a</think>b"}, profile={"think_tags": "off"}).text == "<think>a</think>b"


def test_it_takes_an_opened_tag_for_granted_where_the_template_opens_it():
    reply = streamed(chunk("a</th"), chunk("ink>\nb", finish="stop"), profile={"think_tags": "implicit"})
    assert (reply.thinking, reply.text) == ("a", "b")


def test_it_keeps_the_order_of_parts():
    parts = [
        {"type": "thinking", "thinking": "a"},
        {"type": "text", "text": "b"},
        {"type": "thinking", "thinking": "c"},
    ]
    assert whole({"content": parts}).types == ["thinking", "text", "thinking"]


def test_it_opens_a_new_block_for_reasoning_after_text():  # protocol G169
    reply = streamed(chunk(reasoning="a"), chunk("b"), chunk(reasoning="c"), chunk("d", finish="stop"))
    assert reply.types == ["thinking", "text", "thinking", "text"]


def test_it_holds_reasoning_until_a_call_is_over():
    reply = streamed(
        calls(call('{"a":', id="1", name="Bash")),
        chunk(reasoning="so"),
        calls(call("1}", index=0), finish="tool_calls"),
    )
    assert reply.types == ["tool_use", "thinking"]
    assert reply.tools == [("Bash", {"a": 1})]


def test_it_thinks_on_after_a_complete_call():
    reply = streamed(calls(call('{"a":1}', id="1", name="Bash")), chunk(reasoning="so"), chunk("b", finish="stop"))
    assert reply.types == ["tool_use", "thinking", "text"]


def test_it_adds_an_empty_text_to_reasoning_alone():
    assert whole({"reasoning": "a"}, finish="length").types == ["thinking", "text"]


def test_it_shows_no_reasoning_to_a_client_that_switched_it_off():  # protocol F142
    reply = streamed(chunk(reasoning="a"), chunk("b", finish="stop"), terms=terms(thinking="off"))
    assert reply.types == ["text"]
    assert reply.usage["output_tokens_details"]["thinking_tokens"] == 1


def test_it_omits_the_text_where_the_client_wants_none():  # protocol F143, G176
    reply = streamed(chunk(reasoning="a" * 8), chunk("b", finish="stop"), terms=terms(thinking="omitted"))
    assert reply.content[0]["thinking"] == ""
    assert reply.content[0]["signature"]
    assert reply.deltas("thinking") == []
    assert [state.payload for state in reply.states()] == ["a" * 8]


def test_it_counts_omitted_reasoning_for_a_client_that_asks():  # protocol G176
    asking = terms(thinking="omitted", betas=frozenset({"thinking-token-count-2026-05-13"}))
    reply = streamed(*[chunk(reasoning="x" * 400)] * 5, chunk("b", finish="stop"), terms=asking)
    deltas = [event["delta"] for event in reply.events if event["type"] == "content_block_delta"]
    assert [delta["estimated_tokens"] for delta in deltas if delta["type"] == "thinking_delta"] == [200, 200]


def test_it_ignores_reasoning_repeated_at_the_end():
    thoughts = "Let me think about it for a while."
    last = chunk(reasoning_content=thoughts, finish="stop")
    reply = streamed(chunk(reasoning_content=thoughts[:10]), chunk(reasoning_content=thoughts[10:]), chunk("b"), last)
    assert reply.thinking == thoughts


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([("<thought>a", True), ("b", True), ("</thought>c", False)], id="tags"),  # protocol G179
        pytest.param([("a", True), ("b", True), ("c", False)], id="marks alone"),
    ],
)
@pytest.mark.parametrize(
    "mark", [{"thought": True}, {"thought": True, "thought_signature": "s"}], ids=["mark", "state"]
)
def test_it_divides_marked_thoughts_from_the_answer(pieces, mark):
    thought = {"google": mark}
    documents = [chunk(text, extra_content=thought if marked else None) for text, marked in pieces]
    reply = streamed(*documents, chunk(finish="stop"))
    assert (reply.thinking, reply.text) == ("ab", "c")


def test_it_never_tags_an_empty_completion():
    assert whole(completion({"content": ""})).types == ["text"]
