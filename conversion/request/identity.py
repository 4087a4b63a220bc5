"""Who speaks in which conversation, as digests: for prompt caches, and for abuse reports (protocol §1.4)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import msgspec

from conversion.request.blocks import read_blocks
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest
from conversion.request.system import read_system
from conversion.request.unreadable import refuses_unreadable

_SESSION_SUFFIX = re.compile(r"_session_([^_]+)$")


@dataclass(frozen=True, slots=True)
class CacheKeys:
    """`conversation`: 32 hexadecimal digits, the same for all requests of one; `user`: 64 of them."""

    conversation: str
    user: str


@refuses_unreadable
def cache_keys(request: MessagesRequest, *, session_id: str = "", agent_id: str = "", client: str = "") -> CacheKeys:
    """The keys of a request, from its headers where it has them. `client` names the gateway's client, for want of more.

    Agents of one session speak in conversations of their own.
    """
    user, session = _user_and_session(request.metadata)
    session = session_id or session
    conversation = f"{session}/{agent_id}" if session else _beginning(request)
    return CacheKeys(_digest(conversation)[:32], _digest(user or client))


def _user_and_session(metadata: object) -> tuple[str, str]:
    """`metadata.user_id` without its session, and the session; JSON in a string, or the text of older clients."""
    user_id = metadata.get("user_id") if isinstance(metadata, dict) else None
    if not isinstance(user_id, str):
        return "", ""
    try:
        parts = msgspec.json.decode(user_id)
    except msgspec.DecodeError:
        parts = None
    if isinstance(parts, dict):
        session = parts.pop("session_id", "")
        return msgspec.json.encode(parts).decode(), session if isinstance(session, str) else ""
    session = _SESSION_SUFFIX.search(user_id)
    return _SESSION_SUFFIX.sub("", user_id), session[1] if session else ""


def _beginning(request: MessagesRequest) -> str:
    """The system text and the first text of the user, which a conversation keeps for its whole life."""
    notes = Notes()
    users = (place for place, message in enumerate(request.messages) if message.role == "user")
    first = next(users, None)
    place = f"messages.{first}.content"
    blocks = read_blocks(request.messages[first].content, place, notes) if first is not None else []
    return "\n".join(block.text for block in (*read_system(request, notes).blocks, *blocks[:1]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
