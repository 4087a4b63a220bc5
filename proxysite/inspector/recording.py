"""What was heard of one request, as it is stored: cleaned, compressed and sealed as credentials are."""

from __future__ import annotations

import base64
import zlib

import msgspec
from msgspec import Struct

from routing import credentials


class Body(Struct, frozen=True):
    """`size` is that of the whole body, of which `text` may be the beginning only (`cut`)."""

    text: str = ""
    size: int = 0
    cut: bool = False


class Piece(Struct, frozen=True, array_like=True):
    """Bytes that came at once, so long after the request."""

    milliseconds: int
    size: int


class Call(Struct, frozen=True, kw_only=True):
    """One request to a backend; `failure`: why there is no reply, or none to its end."""

    backend: str
    model: str
    milliseconds: int
    request: Body
    status: int | None = None
    reply: Body = Body()
    pieces: tuple[Piece, ...] = ()
    failure: str = ""


class Recording(Struct, frozen=True, kw_only=True):
    """The client's side, and every call to a backend that was made for it. `headers`: those that tell what it can."""

    headers: dict[str, str]
    request: Body
    calls: tuple[Call, ...]
    status: int | None
    reply: Body
    pieces: tuple[Piece, ...]
    milliseconds: int


def sealed(recording: Recording) -> str:
    return credentials.seal(base64.b64encode(zlib.compress(msgspec.json.encode(recording))).decode())


def opened(text: str) -> Recording:
    """Raises credentials.Unreadable where the secret was changed since."""
    packed = credentials.opened(text) or ""
    return msgspec.json.decode(zlib.decompress(base64.b64decode(packed)), type=Recording)
