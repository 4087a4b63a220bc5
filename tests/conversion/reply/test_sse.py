"""Events on the wire."""

import json

import pytest

from conversion import sse
from conversion.reply import events
from tests.support.grammar import read_events

EXAMPLES = [
    events.MessageStart(events.Message("msg_1", "m", events.MessageUsage(1, 1))),
    events.Ping(),
    events.ContentBlockStart(0, events.TextBlock()),
    events.ContentBlockStart(0, events.ThinkingBlock()),
    events.ContentBlockStart(0, events.ToolUseBlock("id", "Bash")),
    events.ContentBlockDelta(0, events.TextDelta('é"\n\u2028\U0001f600')),
    events.ContentBlockDelta(0, events.InputJsonDelta('{"a":')),
    events.ContentBlockStop(0),
    events.MessageDelta(events.MessageEnd("end_turn"), events.MessageUsage(1, 1)),
    events.MessageStop(),
    events.ErrorEvent(events.ErrorBody("api_error", "x"), "req_1"),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_it_names_each_event(event):  # protocol G163
    data = sse.encode([event])
    name, line, *end = data.split(b"\n")
    assert name == b"event: " + json.loads(line.removeprefix(b"data: "))["type"].encode()
    assert end == [b"", b""]


def test_it_joins_events():
    assert sse.encode(EXAMPLES) == b"".join(sse.encode([event]) for event in EXAMPLES)
    assert sse.encode([]) == b""


def test_it_leaves_out_what_is_not_said():
    block = json.loads(sse.encode([events.ContentBlockStart(0, events.TextBlock())]).split(b"data: ")[1])
    assert block["content_block"] == {"type": "text", "text": ""}


def test_it_pings():
    assert read_events(sse.PING) == [{"type": "ping"}]
    assert sse.COMMENT.startswith(b":")
    assert sse.COMMENT.endswith(b"\n\n")


def test_it_ends_a_stream_with_an_error():
    assert read_events(sse.error_event("api_error", "Lost", "req_1")) == [
        {"type": "error", "error": {"type": "api_error", "message": "Lost"}, "request_id": "req_1"}
    ]
