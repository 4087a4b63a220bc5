"""Events into a whole Message."""

import json

import pytest

from conversion.reply.events import (
    ContentBlockDelta,
    ContentBlockStart,
    InputJsonDelta,
    Message,
    MessageDelta,
    MessageEnd,
    MessageStart,
    MessageUsage,
    ToolUseBlock,
)
from conversion.reply.fold import fold

START = MessageStart(Message("msg_1", "m", MessageUsage(1, 1)))


def call(arguments, stop_reason):
    end = MessageDelta(MessageEnd(stop_reason), MessageUsage(5, 6))
    block = ContentBlockStart(0, ToolUseBlock("id", "Bash"))
    return json.loads(fold([START, block, ContentBlockDelta(0, InputJsonDelta(arguments)), end]))


def test_it_takes_the_last_usage_and_reason():
    message = call("{}", "tool_use")
    assert (message["usage"]["input_tokens"], message["usage"]["output_tokens"]) == (5, 6)
    assert message["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("arguments", "stop_reason", "input"),
    [
        pytest.param('{"a":1}', "tool_use", {"a": 1}, id="complete"),
        pytest.param('{"a":1,"b":"x', "max_tokens", {"a": 1}, id="cut off, and told so"),
        pytest.param('{"a":1,"b":"x', "tool_use", {"__invalid_json": '{"a":1,"b":"x'}, id="cut off in secret"),
        pytest.param("", "max_tokens", {}, id="nothing"),
    ],
)
def test_it_makes_an_object_of_the_arguments(arguments, stop_reason, input):
    assert call(arguments, stop_reason)["content"][0]["input"] == input


@pytest.mark.parametrize("events", [[], [START]], ids=["nothing", "only the start"])
def test_it_makes_no_message_of_an_unfinished_reply(events):
    with pytest.raises(ValueError, match="no finished reply"):
        fold(events)
