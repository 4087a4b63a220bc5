"""Calls of tools, with their ids as the backend takes them (protocol §3.4): its own come back, others are shaped."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from conversion.profiles import BackendProfile
from conversion.tool_ids import backend_tool_id, base62

_LONGEST_SHORT = 40
_NINE = re.compile(r"[a-zA-Z0-9]{9}")


class Call(Struct, frozen=True):
    """A call of an assistant message, by the ids of both sides and the client's name of the tool."""

    client_id: str
    backend_id: str
    name: str


def backend_call_id(client_id: str, place: str, profile: BackendProfile) -> str:
    """The id for a call and its result. A call without an id gets one from its place, which never changes."""
    call_id = backend_tool_id(client_id) if client_id else "call_" + _digest(place).hex()[:24]
    match profile.tool_ids:
        case "short" if len(call_id) > _LONGEST_SHORT:
            return "call_" + _digest(call_id).hex()[:32]
        case "nine" if not _NINE.fullmatch(call_id):
            return base62(_digest(call_id), 9)
        case _:
            return call_id


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
