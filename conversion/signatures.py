"""What a backend wants to see of its reasoning next turn, carried in a thinking block's `signature` (protocol §4.6).

Clients return `signature` (and `data` of `redacted_thinking`) unchanged, so that most state needs no store:

    ccp1.<base64url of zlib of JSON>.<the first 16 characters of base64url HMAC-SHA256 over all before the last dot>

A state that is too long for that is kept by the gateway, and the block carries where: `ccp1ref.<key>`. So is one that
no block may carry, because the client wants no thinking: it is kept for the call that the next turn answers.

Anything that does not verify is "no state", silently: it came from the real Claude, another proxy, or a forger.
Where several blocks of one message carry state, the last one carries the whole of it, unless its kind says otherwise.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib
from typing import Literal, get_args

import msgspec
from msgspec import Struct

StateKind = Literal["t", "rd", "gs", "ms", "rs"]
"""t: nothing but the text (the payload holds it where the block does not show it, else null).
rd: the list of `reasoning_details`. gs: `{"calls": {client tool id: extra_content}, "msg": extra_content or null}`.
ms: `{"signature": of the text, "text": as for t}`, for backends that sign a text in their content.
rs: the reasoning items of the Responses API that came since the block before, so that each goes back to its place;
`{"type": "phase", "phase": word}` among them says what the text that follows is to its turn."""

MOST_CARRIED = 64 << 10
"""Of characters; each later request of the conversation has them in it."""

_REFERENCE = "ccp1ref."
_LONGEST = 256 << 10
_LARGEST = 4 << 20
_KINDS = frozenset(get_args(StateKind))


class ReasoningState(Struct, frozen=True):
    """The reasoning state of one answer; only backends of the same group may see it again."""

    group: str
    model: str
    kind: StateKind
    payload: object = None


class _Envelope(Struct, frozen=True):
    v: int
    g: str
    m: str
    k: str
    p: object = None


_decode = msgspec.json.Decoder(_Envelope).decode


class StateTooLarge(ValueError):
    """More than the state is worth."""


def seal(state: ReasoningState, secret: bytes) -> str:
    """The state as an opaque, authenticated text; raises `StateTooLarge`."""
    envelope = msgspec.json.encode(_Envelope(1, state.group, state.model, state.kind, state.payload))
    if len(envelope) > _LARGEST:
        raise StateTooLarge
    packed = base64.urlsafe_b64encode(zlib.compress(envelope)).rstrip(b"=")
    if len(packed) > _LONGEST:
        raise StateTooLarge
    signed = b"ccp1." + packed
    return (signed + b"." + _mark(signed, secret)).decode()


def unseal(text: str, secret: bytes) -> ReasoningState | None:
    """The state that `seal` put into the text; None for every other text."""
    if not text.startswith("ccp1.") or not text.isascii():
        return None
    signed, _, mark = text.encode().rpartition(b".")
    if not hmac.compare_digest(mark, _mark(signed, secret)):
        return None
    try:
        envelope = _decode(_inflate(base64.urlsafe_b64decode(signed[5:] + b"=" * (-len(signed[5:]) % 4))))
    except (binascii.Error, zlib.error, msgspec.MsgspecError, RecursionError, ValueError):
        return None
    if envelope.v != 1 or envelope.k not in _KINDS:
        return None
    return ReasoningState(envelope.g, envelope.m, envelope.k, envelope.p)  # type: ignore[arg-type]  # checked above


def reference(key: str) -> str:
    """What a block carries instead of the state that is kept under this key."""
    return _REFERENCE + key


def referred_key(text: str) -> str:
    """The key in a reference; empty for every other text."""
    return text.removeprefix(_REFERENCE) if text.startswith(_REFERENCE) else ""


def key_of(sealed: str) -> str:
    """The key to keep a sealed state under."""
    return hashlib.sha256(sealed.encode()).hexdigest()[:32]


def _mark(signed: bytes, secret: bytes) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(secret, signed, hashlib.sha256))[:16]


def _inflate(packed: bytes) -> bytes:
    inflating = zlib.decompressobj()
    plain = inflating.decompress(packed, _LARGEST)
    if inflating.unconsumed_tail or not inflating.eof:
        raise ValueError("the state is cut or larger than any state of ours")
    return plain
