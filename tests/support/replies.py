"""What a scripted backend receives and replies, down to the single write: see tests/support/scripted_backend.py."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from http.client import responses
from typing import Any, Protocol

DONE = b"data: [DONE]\n\n"


class Gate:
    """A point that a reply does not pass before the test opens it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._opened: Future[None] = Future()

    def open(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    async def passed(self) -> None:
        self.reached.set()
        await asyncio.shield(asyncio.wrap_future(self._opened))


class End(Enum):
    COMPLETE = auto()
    CUT = auto()
    RESET = auto()
    HANG = auto()


COMPLETE, CUT, RESET, HANG = End
Piece = bytes | Gate | float  # a number is a pause in seconds


@dataclass(frozen=True)
class Reply:
    """What goes over the wire; the body has a content-length if `whole`, else it is chunked, a chunk for each piece."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Sequence[Piece] = ()
    end: End = COMPLETE
    whole: bool = False
    before_head: Gate | None = None

    def reply_to(self, request: Request) -> Reply:
        return self

    def head(self) -> bytes:
        length = sum(len(piece) for piece in self.pieces if isinstance(piece, bytes))
        framing = {"content-length": str(length)} if self.whole else {"transfer-encoding": "chunked"}
        headers = {"content-type": "application/json", **framing, **self.headers}
        status_line = f"HTTP/1.1 {self.status} {responses.get(self.status, 'Unknown')}"
        return "\r\n".join([status_line, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def stream(
    *pieces: Mapping[str, Any] | Piece,
    end: End = COMPLETE,
    headers: Mapping[str, str] | None = None,
    before_head: Gate | None = None,
) -> Reply:
    """A streamed reply: a mapping becomes an event, bytes go out as they are (`DONE` is one of them)."""
    encoded = [event(piece) if isinstance(piece, Mapping) else piece for piece in pieces]
    return Reply(200, {"content-type": "text/event-stream", **(headers or {})}, encoded, end, before_head=before_head)


def whole(body: Mapping[str, Any] | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply in one piece: a mapping goes out as JSON, bytes as they are."""
    return Reply(status, headers or {}, [body if isinstance(body, bytes) else json.dumps(body).encode()], whole=True)


def error(
    status: int, message: str, *, code: str | None = None, kind: str = "error", headers: Mapping[str, str] | None = None
) -> Reply:
    """OpenAI's error body."""
    body = {"error": {"message": message, "type": kind, "code": code, "param": None}}
    return whole(body, status, headers)


def event(data: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    abandoned: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)


class Scripted(Protocol):
    """What a script is made of: something that knows its reply to a request."""

    def reply_to(self, request: Request) -> Reply: ...


def model_list(models: Sequence[str | Mapping[str, Any]]) -> Reply:
    data = [{"id": model} if isinstance(model, str) else model for model in models]
    return whole({"object": "list", "data": [{"object": "model", "created": 0, "owned_by": "test", **m} for m in data]})
