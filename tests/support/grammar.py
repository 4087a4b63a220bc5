"""The grammar of a Messages stream (protocol §5.2), as a judge that knows nothing of how the events were made.

stream   := message_start ping* block* message_delta message_stop    or any beginning of it, for a reply that failed
block(i) := content_block_start(i) delta(i)* content_block_stop(i)   i = 0, 1, 2, … without gaps
"""

import json

DELTAS = {
    "text": {"text_delta", "citations_delta"},
    "thinking": {"thinking_delta", "signature_delta"},
    "redacted_thinking": set(),
    "tool_use": {"input_json_delta"},
    "server_tool_use": {"input_json_delta"},
    "web_search_tool_result": set(),
}
EMPTY = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}
USAGE = {"input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"}


def read_events(data: bytes) -> list[dict]:
    """The events in the bytes of a stream; each must have its name, one line of data, and a blank line."""
    assert data == b"" or data.endswith(b"\n\n")
    events = []
    for frame in data.split(b"\n\n")[:-1]:
        if frame.startswith(b":"):
            continue
        name, line = frame.split(b"\n")
        event = json.loads(line.removeprefix(b"data: "))
        assert name == b"event: " + event["type"].encode()
        events.append(event)
    return events


def assert_grammatical(events: list[dict], *, finished: bool = True) -> None:
    """Raise where the events are no stream; unless `finished`, they may break off anywhere."""
    checker = Checker()
    for event in events:
        checker.take(event)
    assert checker.phase == "stopped" if finished else checker.phase != "stopped", checker.phase


class Checker:
    """Follows the events one by one."""

    def __init__(self):
        self.phase = "waiting"
        self.open = None
        self.count = 0
        self.signed = False

    def take(self, event):
        getattr(self, "_" + event["type"])(event)

    def _message_start(self, event):
        assert self.phase == "waiting"
        self.phase = "started"
        message = event["message"]
        assert message["content"] == []
        assert message["role"] == "assistant"
        assert message["type"] == "message"
        assert (message["stop_reason"], message["stop_sequence"], message["stop_details"]) == (None, None, None)
        assert message["usage"].keys() >= USAGE
        assert message["usage"]["input_tokens"] >= 1
        assert message["usage"]["cache_read_input_tokens"] == message["usage"]["cache_creation_input_tokens"] == 0

    def _ping(self, event):
        assert event == {"type": "ping"}
        assert self.phase != "stopped"

    def _content_block_start(self, event):
        assert self.phase == "started"
        assert self.open is None
        assert event["index"] == self.count
        block = event["content_block"]
        assert block["type"] in DELTAS
        assert block == EMPTY.get(block["type"], block)
        if block["type"] in ("tool_use", "server_tool_use"):
            assert block["input"] == {}
            assert block["id"]
            assert block["name"]
        self.open, self.signed = block["type"], False

    def _content_block_delta(self, event):
        assert self.open is not None
        assert event["index"] == self.count
        delta = event["delta"]
        assert delta["type"] in DELTAS[self.open]
        assert not self.signed, "a signature is the last delta of its block"
        if delta["type"] == "signature_delta":
            assert delta["signature"]
            self.signed = True

    def _content_block_stop(self, event):
        assert self.open is not None
        assert event["index"] == self.count
        assert self.open != "thinking" or self.signed
        self.open = None
        self.count += 1

    def _message_delta(self, event):
        assert self.phase == "started"
        assert self.open is None
        assert self.count > 0 or event["usage"]["output_tokens"] == 0, "only a reply that wants nothing has no block"
        assert event["delta"]["stop_reason"] is not None
        assert (event["delta"]["stop_sequence"] is None) == (event["delta"]["stop_reason"] != "stop_sequence")
        assert event["usage"].keys() >= USAGE
        assert event["usage"]["input_tokens"] >= 1
        self.phase = "ended"

    def _message_stop(self, event):
        assert self.phase == "ended"
        self.phase = "stopped"

    def _error(self, event):
        assert self.phase not in ("stopped", "failed")
        assert event["error"].keys() == {"type", "message"}
        self.phase = "failed"
