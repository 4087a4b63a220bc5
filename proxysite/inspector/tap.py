"""Hears one request on both sides while it runs. It only keeps references: nothing here waits, parses or writes."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from uuid import UUID

from conversion.errors import BackendFailure
from conversion.notices import Notice
from proxysite.asgi_types import Message
from proxysite.attempt import Attempt
from proxysite.delivery import Delivery
from proxysite.handler import ApiRequest
from proxysite.inspector.cleaning import BODY_LIMIT
from proxysite.inspector.recording import Piece
from proxysite.inspector.writer import writer
from routing.overheard import Overheard
from routing.upstream import Reply

MOST_PIECES = 2000
MOST_CALLS = 12
HEADERS = (b"user-agent", b"anthropic-version", b"anthropic-beta")
CAPTURED = Notice("captured", "this request is kept for the request inspector")


class Heard:
    """The first bytes of a body, how many there were in all, and when they came."""

    def __init__(self, clock: float) -> None:
        self.data = bytearray()
        self.size = 0
        self.pieces: list[Piece] = []
        self._clock = clock

    def hear(self, data: bytes) -> None:
        if not data:
            return
        self.data += data[: max(0, BODY_LIMIT - len(self.data))]
        self.size += len(data)
        if len(self.pieces) < MOST_PIECES:
            self.pieces.append(Piece(milliseconds_since(self._clock), len(data)))


class HeardCall:
    """One request to a backend, and what came of it."""

    def __init__(self, attempt: Attempt, clock: float) -> None:
        self.backend = attempt.route.backend.name
        self.model = attempt.route.model
        self.body = attempt.conversion.body
        self.milliseconds = milliseconds_since(clock)
        self.status: int | None = None
        self.failure = ""
        self.reply = Heard(clock)


class Tap:
    """All that was heard of a request."""

    def __init__(self, request: ApiRequest) -> None:
        self._clock = time.monotonic()
        self.started_at = time.time()
        self.request_id: UUID = request.request_uuid
        self.kind = request.kind
        self.client_id, self.client_name = request.key.client_id, request.key.client_name
        self.headers = {name.decode(): request.header(name) for name in HEADERS}
        self.body: bytes = request.body
        self.calls: list[HeardCall] = []
        self.status: int | None = None
        self.reply = Heard(self._clock)
        self.milliseconds = 0

    async def asked(self, attempt: Attempt, opening: Awaitable[Reply]) -> Reply:
        """The reply that is on its way; all of it is heard."""
        call = HeardCall(attempt, self._clock)
        if len(self.calls) < MOST_CALLS:
            self.calls.append(call)
        try:
            reply = await opening
        except BackendFailure as failure:
            call.failure = failure.message
            raise
        call.status = reply.status
        return Overheard(reply, call.reply.hear)

    def sent(self, message: Message) -> None:
        """A part of the client's reply, as ASGI has it."""
        self.status = message.get("status", self.status)
        self.reply.hear(message.get("body", b""))

    def end(self) -> None:
        """Hand it over to be written."""
        self.milliseconds = milliseconds_since(self._clock)
        writer.put(self)


def capture(request: ApiRequest, client: Delivery, until: float) -> None:
    """Hear this request from now on, if that is earlier than then."""
    if request.tap is None and until > time.time():
        request.tap = tap = Tap(request)
        client.overhear(tap.sent)


def milliseconds_since(clock: float) -> int:
    return round((time.monotonic() - clock) * 1000)
