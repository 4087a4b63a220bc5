"""Tool call ids on both sides (protocol §3.4): legal and unique for the client, their own for the backend.

A backend's id that the client may see is passed unchanged. Any other is wrapped so that it can be unwrapped when the
client sends it back, statelessly. What cannot be wrapped (missing, repeated, too long) becomes an id of ours, which
the backend then sees on the call and on its result alike.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable

_WRAPPED = "toolu_x"
_HASHED = "toolu_h"
_FRESH = "toolu_01"
_LONGEST_WRAPPED = 180
_LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def client_tool_id(backend_id: str | None, seen: set[str], new_suffix: Callable[[], str]) -> str:
    """The id that the client gets for a call, never one of `seen`; it is added to them.

    Clients drop the later of two calls with one id from their history, so a repeated id gets a new one.
    """
    client_id = _presentable(backend_id) if backend_id and backend_id != "null" else None
    while client_id is None or client_id in seen:
        client_id = _FRESH + new_suffix()
    seen.add(client_id)
    return client_id


def backend_tool_id(client_id: str) -> str:
    """The id that the backend gave, where it was wrapped; any other as it is."""
    if not client_id.startswith(_WRAPPED):
        return client_id
    encoded = client_id.removeprefix(_WRAPPED)
    try:
        backend_id = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return client_id
    return backend_id if backend_id and _presentable(backend_id) == client_id else client_id


def _presentable(backend_id: str) -> str:
    if _LEGAL.fullmatch(backend_id) and not backend_id.startswith(_WRAPPED):
        return backend_id
    raw = backend_id.encode(errors="replace")
    wrapped = _WRAPPED + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return wrapped if len(wrapped) <= _LONGEST_WRAPPED else _HASHED + base62(hashlib.sha256(raw).digest(), 22)


def base62(digest: bytes, length: int) -> str:
    """The first `length` digits of a number in base 62."""
    number = int.from_bytes(digest, "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(digits)
