"""Bodies that a backend compressed although it was asked not to: undone piece by piece, never a bomb."""

from __future__ import annotations

import zlib

from conversion.errors import BackendFailure

PIECE_LIMIT = 16 * 1024 * 1024
"""Bytes that one read may become; a bomb is a thousand times its size."""


class Inflater:
    """From the bytes as sent to the bytes as meant."""

    def __init__(self, content_encoding: str) -> None:
        if content_encoding not in ("gzip", "x-gzip", "deflate"):
            raise BackendFailure(f"The backend sent an invalid response (content-encoding {content_encoding[:20]})")
        self._inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: the header tells gzip from zlib

    def feed(self, data: bytes) -> bytes:
        try:
            inflated = self._inflater.decompress(data, PIECE_LIMIT)
        except zlib.error:
            raise BackendFailure("The backend sent an invalid response (broken compression)") from None
        if self._inflater.unconsumed_tail:
            raise BackendFailure("The backend sent an invalid response (too large when decompressed)")
        return inflated

    def end(self) -> None:
        """The body has ended; what was sent must have, too."""
        if not self._inflater.eof:
            raise BackendFailure("The backend sent an invalid response (broken compression)")


def inflater(content_encoding: str) -> Inflater | None:
    """None where the bytes are sent as they are meant."""
    encoding = content_encoding.strip().lower()
    return None if encoding in ("", "identity") else Inflater(encoding)
