"""Text of an answer: where it is found, when it opens a block, and what an answer without any becomes."""

import json

import pytest

from conversion.reply.text_blocks import MOST_BLANK
from tests.conversion.reply.replies import call, calls, chunk, streamed, whole


def test_it_streams_a_text_answer():  # protocol G163, G164, F125
    reply = streamed(chunk("", role="assistant"), chunk("Hel"), chunk("lo"), chunk(finish="stop"))
    assert [event["type"] for event in reply.events] == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert reply.events[2]["content_block"] == {"type": "text", "text": ""}
    assert reply.deltas("text") == ["Hel", "lo"]


def test_it_tells_every_field_of_a_message():  # protocol F125
    message = whole({"content": "Hello"}).message
    assert {name: value for name, value in message.items() if name not in ("usage", "content")} == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "diagnostics": None,
    }
    assert message["content"] == [{"type": "text", "text": "Hello"}]


@pytest.mark.parametrize(
    ("message", "blocks"),
    [
        pytest.param({"content": None}, [{"type": "text", "text": ""}], id="null"),  # protocol F130
        pytest.param({}, [{"type": "text", "text": ""}], id="absent"),
        pytest.param({"content": "\n\n"}, [{"type": "text", "text": "\n\n"}], id="white space alone is kept"),
        pytest.param({"content": "a\0b"}, [{"type": "text", "text": "ab"}], id="NUL is removed"),
        pytest.param({"content": ["a", {"type": "text", "text": "b"}]}, [{"type": "text", "text": "ab"}], id="parts"),
        pytest.param({"content": {"type": "text", "text": "a"}}, [{"type": "text", "text": "a"}], id="one part"),
        pytest.param(
            {"content": [{"type": "output_text", "text": "a"}, {"type": "reference", "reference_ids": [1]}]},
            [{"type": "text", "text": "a"}],
            id="references are dropped",
        ),
        pytest.param(
            {"content": [{"type": "image_url", "image_url": {"url": "data:"}}]},
            [{"type": "text", "text": "[image]"}],
            id="an image part",
        ),
        pytest.param(
            {"content": "a", "images": [{"url": "data:"}]},
            [{"type": "text", "text": "a[image output is not supported]"}],
            id="images beside the text",
        ),
    ],
)
def test_it_finds_the_text_of_a_whole_completion(message, blocks):
    assert whole(message).content == blocks


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param({"message": {"content": "Hi"}}, id="message instead of delta"),
        pytest.param({"delta": None, "message": {"content": "Hi"}}, id="delta is null"),
        pytest.param({"text": "Hi"}, id="text on the choice"),
        pytest.param({"delta": {"content": [{"type": "text", "text": "Hi"}]}}, id="a list of parts"),
    ],
)
def test_it_finds_the_text_of_an_odd_chunk(choice):
    assert streamed({"choices": [choice]}, chunk(finish="stop")).text == "Hi"


def test_it_answers_with_one_empty_text_where_nothing_was_said():  # protocol G171, F130
    reply = streamed(chunk("", role="assistant"), chunk(finish="stop"))
    assert (reply.content, reply.stop_reason) == ([{"type": "text", "text": ""}], "end_turn")


def test_it_says_nothing_before_the_backend_does():
    reply = streamed({"choices": [], "prompt_filter_results": []}, chunk("Hi", finish="stop"))  # protocol G174
    assert reply.text == "Hi"
    assert streamed(": OPENROUTER PROCESSING\n\n", done=False).events == []


def test_it_drops_white_space_before_a_call():  # protocol G180, F129
    reply = streamed(chunk("\n"), chunk("\n"), calls(call("{}", id="a", name="Bash"), finish="tool_calls"))
    assert reply.types == ["tool_use"]
    assert whole({"content": "\n\n", "tool_calls": [call("{}", name="Bash")]}).types == ["tool_use"]


def test_it_keeps_white_space_before_text():
    assert streamed(chunk("\n"), chunk(" "), chunk("a"), chunk("\n", finish="stop")).text == "\n a\n"


def test_it_holds_white_space_back_only_up_to_a_limit():
    called = calls(call("{}", id="a", name="Bash"), finish="tool_calls")
    assert streamed(chunk("\n" * (MOST_BLANK - 1)), called).types == ["tool_use"]
    assert streamed(chunk("\n" * MOST_BLANK), called).types == ["text", "tool_use"]


def test_it_reads_only_the_first_choice():  # protocol F162
    second = {"index": 1, "message": {"content": "second"}, "finish_reason": "stop"}
    first = {"index": 0, "message": {"content": "first"}, "finish_reason": "stop"}
    assert streamed({"choices": [second | {"delta": second["message"]}]}, chunk("first", finish="stop")).text == "first"
    assert whole(json.dumps({"choices": [second, first]}).encode()).text == "first"
