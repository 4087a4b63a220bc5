"""The identifiers that this service gives out: time-ordered for requests, unguessable for messages and tools."""

from __future__ import annotations

import os
import secrets
import time
from uuid import UUID


def new_request_uuid() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): the key of the usage row, ordered by time so that rows and indexes stay clustered."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def request_id_text(uuid: UUID) -> str:
    """The id as clients and backends see it: `req_` and 32 hex digits."""
    return f"req_{uuid.hex}"


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(12)}"


def new_suffix() -> str:
    """22 characters for the ids of tool calls that a backend gave none."""
    return secrets.token_hex(11)
