"""The input of a call as `arguments`: compact JSON of an object, keys in the order received (protocol §2.2)."""

from __future__ import annotations

import msgspec
from msgspec import Raw

_NOTHING = "{}"


def arguments_of(received: Raw) -> str:
    """Bytes are copied without a look at the values, unless something in them is written as an escape.

    Escapes may stand for plain characters, and the same value must always become the same text.
    """
    if bytes(memoryview(received)[:1]) != b"{":
        return _parsed(received)
    raw = bytes(received)
    if b"\\u" in raw:
        return msgspec.json.encode(msgspec.json.decode(raw)).decode()
    return msgspec.json.format(raw, indent=-1).decode()


def _parsed(received: Raw) -> str:
    """Some clients send the object as a string; anything else is no input."""
    try:
        text = msgspec.json.decode(received, type=str)
        return msgspec.json.encode(msgspec.json.decode(text, type=dict[str, object])).decode()
    except msgspec.DecodeError:
        return _NOTHING
