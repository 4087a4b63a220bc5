"""Chunks that are the one before with another string in its place, read many at once, or one by one as they come.

Nearly every chunk of a stream is. `usual_chunk` decodes each of them whole, and to the same: here it is only compared,
and its string decoded, together with all others of the read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from conversion.reply import usual_chunk
from conversion.reply.deltas import CallFragment, Delta, Text

_FEWEST = 16
"""Of fewer chunks, finding out what they have in common costs more than it saves."""

_CONTENT = re.compile(rb'"content":\s*"((?:[^"\\]|\\.)*+)"')
_ARGUMENTS = re.compile(rb'"arguments":\s*"((?:[^"\\]|\\.)*+)"')
_PROBES = ("-", "+")

_PLAIN = rb'[^"\\\x01-\x1f]*+'
_STRINGS = re.compile(rb'%b(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})%b)*+' % (_PLAIN, _PLAIN))
"""JSON strings without their quotes, a NUL behind each; halves of surrogate pairs are left to who reads one by one."""

_decode = msgspec.json.Decoder(list[str]).decode
_decode_one = msgspec.json.Decoder(str).decode

_LINE_FEED, _BACKSLASH = b"\n\\"


class Frame(NamedTuple):
    """What stands around the string of a chunk."""

    head: bytes
    tail: bytes

    def string(self, data: bytes) -> str | None:
        """The string that stands in it, where `data` is this frame with one that needs no thought."""
        head, tail = self
        if not (data.startswith(head) and data.endswith(tail)):
            return None
        quoted = data[len(head) - 1 : 1 - len(tail)]
        if len(quoted) < 3 or _LINE_FEED in quoted or (_BACKSLASH in quoted and rb"\u" in quoted):
            return None
        try:
            return _decode_one(quoted)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None


def frame(payload: bytes, last: Text | CallFragment) -> Frame | None:
    """What stands around the string of a chunk that says more of what was said last."""
    match last:
        case Text():
            return _frame(payload, _CONTENT, Text)
        case CallFragment(index=index):
            return _frame(payload, _ARGUMENTS, lambda part: CallFragment(index, arguments=part))


def texts(payloads: Sequence[bytes]) -> list[str]:
    """The texts of the first chunks, where these are nothing but text, and alike; none where such are few."""
    return _run(payloads, _CONTENT, Text)


def arguments(payloads: Sequence[bytes], index: int | None) -> list[str]:
    """The same of chunks that do nothing but continue the call of that index."""
    return _run(payloads, _ARGUMENTS, lambda part: CallFragment(index, arguments=part))


def _run(payloads: Sequence[bytes], place: re.Pattern[bytes], said: Callable[[str], Delta]) -> list[str]:
    if len(payloads) < _FEWEST or (around := _frame(payloads[0], place, said)) is None:
        return []
    strings = _strings(payloads, around)
    return _decoded(strings) if len(strings) >= _FEWEST else []


def _frame(payload: bytes, place: re.Pattern[bytes], said: Callable[[str], Delta]) -> Frame | None:
    """What stands around the string, proved by others in its place: each must be all that the chunk then says."""
    found = place.search(payload)
    if found is None:
        return None
    around = Frame(payload[: found.start(1)], payload[found.end(1) :])
    proved = all(usual_chunk.read(around.head + probe.encode() + around.tail) == said(probe) for probe in _PROBES)
    return around if proved else None


def _strings(payloads: Sequence[bytes], around: Frame) -> list[bytes]:
    """What stands in that frame in the first chunks, as far as there is something."""
    head, tail = around
    begin, end = len(head), -len(tail)
    strings = []
    for payload in payloads:
        if not (payload.startswith(head) and payload.endswith(tail)) or not (string := payload[begin:end]):
            break
        strings.append(string)
    return strings


def _decoded(strings: Sequence[bytes]) -> list[str]:
    """The first of these strings, as far as each is one in JSON by itself."""
    encoded = b"\0".join([*strings, b""])
    if encoded.count(b"\0") != len(strings) or rb"\u0000" in encoded:
        return []
    match = _STRINGS.match(encoded)
    whole = encoded.rfind(b"\0", 0, match.end()) if match is not None else -1
    try:
        return _decode(b'["%b"]' % encoded[:whole].replace(b"\0", b'","')) if whole > 0 else []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
