"""One client connection: uvicorn's, plus a bound on the size of a request's head and on the time to receive it.

httptools refuses smuggling (length and chunked together, odd encodings); neither it nor uvicorn limits how large a
head may grow or how slowly it may arrive, so a connection could be held, or memory filled, before any key was seen.
"""

from __future__ import annotations

import asyncio
from typing import cast

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from proxysite.joined_head import JoinedHead

HEAD_LIMIT = 64 * 1024

_MESSAGES = {
    400: "The request is not valid HTTP.",
    408: "The head of the request did not arrive in time.",
    431: "The head of the request is too large.",
}


class Connection(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a bounded head."""

    _head_bytes = 0
    _in_head = True
    _head_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, JoinedHead(transport, self.loop)))
        self._head_deadline = self.loop.call_later(settings.HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_LIMIT and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(settings.HEAD_SECONDS, self._head_is_late)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._cancel_deadline()
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > HEAD_LIMIT:
            self._refuse(431)
            return
        super().on_headers_complete()

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
        body = b'{"type":"error","error":{"type":"invalid_request_error","message":"%s"}}' % _MESSAGES[status].encode()
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )
        self.transport.close()
