"""A character beyond the first 65536 whose two halves come in two chunks, as programs in JavaScript cut their strings.

JSON writes it as two escapes; each alone is no character. The first is taken out of its chunk, where a string ends with
it, and put before the second, where a string of a later chunk begins with that.
"""

from __future__ import annotations

import re

_FIRST = rb"u[dD][89abAB][0-9a-fA-F]{2}"
_SECOND = rb"u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(
    rb"\\(?:%b\\%b|(?P<first>%b)(?=\")|(?P<second>%b)|.)" % (_FIRST, _SECOND, _FIRST, _SECOND), re.DOTALL
)


class Halves:
    """What is missing of one stream's characters."""

    def __init__(self) -> None:
        self._first = b""

    def joined(self, payload: bytes) -> bytes:
        """The chunk with whole characters; a half that nothing ever joins is lost."""
        if b"\\ud" not in payload and b"\\uD" not in payload:
            return payload
        known, self._first = self._first, b""
        parts: list[bytes] = []
        place = 0
        for escape in _ESCAPE.finditer(payload):
            between = payload[place : escape.start()]
            parts.append(between)
            if escape["first"]:
                self._first = escape[0]
            else:
                begins = escape["second"] and between.endswith(b'"')  # an escaped quote is an escape of its own
                parts.append(known + escape[0] if begins else escape[0])
            place = escape.end()
        return b"".join([*parts, payload[place:]])
