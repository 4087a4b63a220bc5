"""One client connection: uvicorn's, plus a bound on the size of a request's head and on the time to receive it.

httptools refuses smuggling (length and chunked together, odd encodings); neither it nor uvicorn limits how large a
head may grow or how slowly it may arrive, so a connection could be held, or memory filled, before any key was seen.

Requests find their connection in the scope (`connection`): it tells them that the client left without a task that waits
for it, and takes parts of a streamed reply without being awaited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from proxysite.envelope import ApiError, envelope, error_headers
from proxysite.joined_head import JoinedHead
from proxysite.request_ids import new_request_uuid, request_id_text

HEAD_LIMIT = 64 * 1024
_BETWEEN = len(b": " + b"\r\n")  # what a header has beside its name and value

_MESSAGES = {
    400: "The request is not valid HTTP.",
    408: "The head of the request did not arrive in time.",
    431: "The head of the request is too large.",
}


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a bounded head."""

    _head_bytes = 0
    _latest = 0
    _in_head = True
    _head_deadline: asyncio.TimerHandle | None = None
    _lost = False
    _when_lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, JoinedHead(transport, self.loop)))
        self._head_deadline = self.loop.call_later(settings.HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)
        self._lost = True
        if self._when_lost is not None:
            self._when_lost()

    def data_received(self, data: bytes) -> None:
        self._latest = len(data)
        if self._in_head:
            self._head_bytes += self._latest
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_LIMIT and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["connection"] = self
        self._in_head = True
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(settings.HEAD_SECONDS, self._head_is_late)

    def on_headers_complete(self) -> None:
        most = self._head_bytes + self._latest
        self._in_head = False
        self._head_bytes = 0
        self._cancel_deadline()
        if most > HEAD_LIMIT and self._length_of_head() > HEAD_LIMIT:
            self._refuse(431)
            return
        super().on_headers_complete()

    def _length_of_head(self) -> int:
        """Without the request's method, and whatever came with the head in one piece."""
        return len(self.url) + sum(len(name) + len(value) + _BETWEEN for name, value in self.headers)

    def watch(self, leave: Callable[[], None]) -> None:
        """Call `leave` when the client goes away; at once if it is gone. Until then its requests are read on."""
        self._when_lost = leave
        if self._lost:
            leave()
        else:
            self.flow.resume_reading()  # a large body has stopped it, and the end of the connection must be seen

    def unwatch(self, leave: Callable[[], None]) -> None:
        if self._when_lost == leave:  # and not the next request's
            self._when_lost = None

    @property
    def ready(self) -> bool:
        """What is written now is taken at once."""
        return not (self._lost or self.flow.write_paused)

    def push(self, data: bytes) -> None:
        """Write a part of the chunked response whose head is out. ASGI's `send` may write others between."""
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    def send_400_response(self, msg: str) -> None:
        self._refuse(400)

    def _head_is_late(self) -> None:
        self._head_deadline = None
        if self._head_bytes:
            self._refuse(408)
        else:
            self.transport.close()

    def _cancel_deadline(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _refuse(self, status: int) -> None:
        """Answer in the Anthropic envelope without an application, and close: the rest cannot be trusted."""
        if self.transport.is_closing():
            return
        request_id = request_id_text(new_request_uuid())
        error = ApiError(status, "invalid_request_error", _MESSAGES[status], headers={"connection": "close"})
        body = envelope(error, request_id)
        head = b"".join(b"%b: %b\r\n" % header for header in error_headers(error, request_id, len(body)))
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + body)
        self.transport.close()
