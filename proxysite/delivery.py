"""The client's side of one reply: a head that is held back while its status is open, writes, and signs of life.

A streamed reply's head goes out with the first event, or after a silence so long that a middle box might cut the
connection; until then a refusal of the backend still becomes a proper HTTP status (protocol §5.3). Whenever nothing was
written for `PING_SECONDS`, a comment (before `message_start`) or a ping (after it) is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from django.conf import settings

from conversion.sse import COMMENT, PING, error_event
from proxysite.asgi_types import Message, Send
from proxysite.connection import Connection
from proxysite.envelope import ApiError, envelope, error_headers

STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class Delivery:
    """One reply on its way to the client."""

    def __init__(self, send: Send, request_id: str, connection: Connection | None = None) -> None:
        self._send = send
        self._request_id = request_id
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._pause: float = settings.PING_SECONDS
        self._timer: asyncio.TimerHandle | None = None
        self._beat: asyncio.Task[None] | None = None
        self._due = 0.0
        self._writing = False
        self._started = False
        self.committed = False
        self.limits: list[tuple[bytes, bytes]] = []  # headers that tell of the backend's rate limits

    def overhear(self, hear: Callable[[Message], None]) -> None:
        """Have all that is sent from now on heard as well."""
        send, self._connection = self._send, None  # what is pushed to a connection, `send` would not see

        async def heard(message: Message) -> None:
            hear(message)
            await send(message)

        self._send = heard

    def expect_stream(self) -> None:
        """The client waits for a stream: from now on it is not left without a sign for long."""
        self._due = self._loop.time() + 2 * self._pause
        self._timer = self._loop.call_later(self._pause, self._look)

    def backend_answers(self) -> None:
        """The backend's own status is 200: little can still become an error of its own."""
        self._due = min(self._due, self._loop.time() + self._pause)

    @property
    def begun(self) -> bool:
        """Something of a reply was handed over; signs of life are nothing of it."""
        return self._started

    @property
    def ready(self) -> bool:
        """Whether `push` may be used: not before the first write, and not while the client is slow."""
        return self._started and self._connection is not None and self._connection.ready

    def push(self, data: bytes) -> None:
        """Send events without waiting."""
        assert self._connection is not None
        self._connection.push(data)
        self._due = self._loop.time() + self._pause

    async def write(self, data: bytes, *, more: bool = True) -> None:
        """Send events, the head before the first ones."""
        self._started = self._writing = True
        if not self.committed:
            await self._commit()
        await self._send({"type": "http.response.body", "body": data, "more_body": more})
        self._writing = False
        self._due = self._loop.time() + self._pause

    async def end(self, data: bytes) -> None:
        """Send the last events and end the reply."""
        self.close()
        await self.write(data, more=False)

    async def whole(self, body: bytes) -> None:
        """Send a reply that is no stream."""
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"request-id", self._request_id.encode()),
            *self.limits,
        ]
        self.committed = True
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def fail(self, error: ApiError, event_type: str) -> None:
        """Send an error: as an HTTP status while the head is held back, as an `error` event after that."""
        self.close()
        if self.committed:
            await self.write(error_event(event_type, error.message, self._request_id), more=False)
            return
        self.committed = True
        body = envelope(error, self._request_id)
        headers = [*error_headers(error, self._request_id, len(body)), *self.limits]
        await self._send({"type": "http.response.start", "status": error.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def close(self) -> None:
        """No more signs of life."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._beat is not None:
            self._beat.cancel()

    async def _commit(self) -> None:
        self.committed = True
        headers = [*STREAM_HEADERS, (b"request-id", self._request_id.encode()), *self.limits]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    async def _give_sign_of_life(self) -> None:
        if not self.committed:
            await self._commit()
        sign = PING if self._started else COMMENT
        await self._send({"type": "http.response.body", "body": sign, "more_body": True})

    def _look(self) -> None:
        now = self._loop.time()
        if now >= self._due and not self._writing:
            self._beat = self._loop.create_task(self._give_sign_of_life())
            self._due = now + self._pause
        self._timer = self._loop.call_at(max(self._due, now + 0.01), self._look)
