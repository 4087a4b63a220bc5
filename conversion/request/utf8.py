"""The bytes of a body as sound UTF-8 text of JSON: what some clients send and no decoder takes is mended first."""

from __future__ import annotations

import re

_BOM = b"\xef\xbb\xbf"
_REPLACEMENT = b"\\ufffd"
_HEX = rb"[0-9a-fA-F]{2}"
_SURROGATE = re.compile(rb"\\u[dD](?:[89abAB]%b(?:\\u[dD][c-fC-F]%b)?|[c-fC-F]%b)" % (_HEX, _HEX, _HEX))


def sound_text(body: bytes) -> bytes:
    """The body without a byte order mark, and valid UTF-8: raw parts are passed on without another look."""
    body = body.removeprefix(_BOM)
    if body.isascii():
        return body
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode(errors="replace").encode()
    return body


def without_lone_surrogates(body: bytes) -> bytes:
    r"""The body with each `\ud800` that is no half of a pair replaced by U+FFFD."""
    return _SURROGATE.sub(_paired, body)


def _paired(escape: re.Match[bytes]) -> bytes:
    halves = len(escape[0]) // 6
    if _is_plain_text(escape):
        return escape[0][:6] + _REPLACEMENT * (halves - 1)
    return escape[0] if halves == 2 else _REPLACEMENT


def _is_plain_text(escape: re.Match[bytes]) -> bool:
    r"""Whether the backslash is itself escaped: `\\ud800` is a backslash and five letters."""
    first = escape.start()
    while first and escape.string[first - 1] == ord("\\"):
        first -= 1
    return (escape.start() - first) % 2 == 1
