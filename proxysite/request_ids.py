"""The identifiers that this service gives out: time-ordered for requests, unguessable for messages and tools."""

from __future__ import annotations

import os
import time
from uuid import UUID

PIECE = 12
PIECES = 256


def random_bytes() -> bytes:
    """PIECE random bytes of the system's, which are fetched many at a time: each fetch is a call of the kernel."""
    while True:
        try:
            return _pieces.pop()  # in one step: threads that ask at once get different ones
        except IndexError:
            fetched = os.urandom(PIECE * PIECES)
            _pieces.extend(fetched[start : start + PIECE] for start in range(0, len(fetched), PIECE))


_pieces: list[bytes] = []


def new_request_uuid() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): the key of the usage row, ordered by time so that rows and indexes stay clustered."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(random_bytes()[:10])
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def request_id_text(uuid: UUID) -> str:
    """The id as clients and backends see it: `req_` and 32 hex digits."""
    return f"req_{uuid.hex}"


def new_message_id() -> str:
    return f"msg_{random_bytes().hex()}"


def new_suffix() -> str:
    """22 characters for the ids of tool calls that a backend gave none."""
    return random_bytes()[:11].hex()
