"""Events as server-sent events (protocol §5.1): `event: <type>`, one line of JSON, a blank line."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from conversion.reply.events import (
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    ErrorBody,
    ErrorEvent,
    Event,
    InputRun,
    MessageDelta,
    MessageStart,
    MessageStop,
    Ping,
    TextRun,
)

_HEADS: dict[type, bytes] = {
    MessageStart: b"event: message_start\ndata: ",
    Ping: b"event: ping\ndata: ",
    ContentBlockStart: b"event: content_block_start\ndata: ",
    ContentBlockDelta: b"event: content_block_delta\ndata: ",
    ContentBlockStop: b"event: content_block_stop\ndata: ",
    MessageDelta: b"event: message_delta\ndata: ",
    MessageStop: b"event: message_stop\ndata: ",
    ErrorEvent: b"event: error\ndata: ",
}

_RUN = _HEADS[ContentBlockDelta] + b'{"type":"content_block_delta","index":%d,"delta":{"type":%b:'
_RUN_END = b"}}\n\n"
_TEXT, _INPUT = b'"text_delta","text"', b'"input_json_delta","partial_json"'

_encode = msgspec.json.Encoder().encode

COMMENT = b": keepalive\n\n"


def encode(events: Sequence[Event]) -> bytes:
    """The events as they go over the wire."""
    return b"".join([_encoded(event) for event in events])


def _encoded(event: Event) -> bytes:
    if isinstance(event, TextRun | InputRun):
        return _run(event)
    return _HEADS[type(event)] + _encode(event) + b"\n\n"


def _run(run: TextRun | InputRun) -> bytes:
    """As if each part were an event of its own; what they have in common is made once."""
    head = _RUN % (run.index, _TEXT if type(run) is TextRun else _INPUT)
    return head + (_RUN_END + head).join(map(_encode, run.parts)) + _RUN_END


PING = encode([Ping()])


def error_event(error_type: str, message: str, request_id: str) -> bytes:
    """The last event of a stream that failed after its head was sent."""
    return encode([ErrorEvent(ErrorBody(error_type, message), request_id)])
