"""The client's key: taken from either header, checked against the snapshot, looked up once when unknown."""

from __future__ import annotations

from collections.abc import Sequence
from time import time

from proxysite.envelope import ApiError
from routing import snapshot
from routing.table import KeyEntry

KEY_HEADERS = (b"x-api-key", b"authorization")


async def authenticate(headers: Sequence[tuple[bytes, bytes]]) -> KeyEntry:
    """The key that one of the headers carries (Claude Code may send both, with different values: one is enough)."""
    presented = presented_keys(headers)
    table = snapshot.current()
    for key in presented:
        if entry := table.key(key, time()):
            return entry
    for key in presented:
        if entry := await snapshot.look_up_key(key):
            return entry
    # Not "invalid x-api-key": Claude Code turns these words into "Not logged in · Please run /login".
    message = "This gateway does not know the API key." if presented else "No API key was sent (x-api-key or Bearer)."
    raise ApiError(401, "authentication_error", message, headers={"x-should-retry": "false"})


def presented_keys(headers: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """The keys as sent, at most one a header; bytes that no key can hold are no key."""
    keys = []
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            value = value[7:]
        elif name != b"x-api-key":
            continue
        if (text := value.strip()) and text.isascii():
            keys.append(text.decode("ascii"))
    return keys[:4]
