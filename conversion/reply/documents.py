"""JSON as backends write it: valid as a rule, and repaired where it can be read at all (protocol §5.4).

Bytes that are no UTF-8 and lone surrogates become U+FFFD, NaN and Infinity null, NUL characters nothing. Depth is
bounded by the interpreter's recursion limit, in both decoders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import msgspec

_PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALF = r"u[dD][89a-fA-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"\\(?:{_PAIR}|({_HALF})|.)")

_decode_valid = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


class NotJson(ValueError):
    """The bytes are no JSON document, however kindly they are read."""


def decode(payload: bytes) -> object:
    """The document in these bytes; raises `NotJson`."""
    try:
        return _decode_valid(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _decode_leniently(payload.decode(errors="replace"))
    except RecursionError:
        raise NotJson("nested too deeply") from None


def _decode_leniently(document: str) -> object:
    try:
        return json.loads(without_lone_surrogates(document), strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise NotJson("not valid JSON") from None


def without_lone_surrogates(document: str) -> str:
    """JSON text in which every escaped half of a surrogate pair that stands alone is U+FFFD."""
    return _ESCAPE.sub(lambda escape: r"\ufffd" if escape[1] else escape[0], document)


def presentable(string: str) -> str:
    """A string without NUL characters, which no client wants."""
    return string.replace("\0", "") if "\0" in string else string


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> Sequence[object]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    """The value if it is a string, else an empty one."""
    return presentable(value) if isinstance(value, str) else ""
