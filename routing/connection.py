"""One HTTP/1.1 connection to a backend: a request out, bytes of the reply in, as they arrive.

A read gives everything that has arrived since the last one, so that one read becomes one write to the client. Where
that is enough, `pass_to` hands it over within the event loop's callback, without waking any task. A reader that stalls
stops the socket (`HIGH_WATER`), so a slow client never fills our memory. Silence is measured by one timer per request
that is only looked at when it fires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeAlias, cast

import httptools
import httpx

HIGH_WATER = 256 * 1024
HEAD_LIMIT = 128 * 1024

Take: TypeAlias = Callable[[bytes], bool]
"""Takes bytes of a body; whether it wants more in the same way."""


class Connection(asyncio.Protocol):
    """Open from `connection_made` to `close`; one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append  # called for each HTTP chunk, of which a read may bring hundreds
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._failure: Exception | None = None
        self._buffered = 0
        self._head_bytes = 0
        self._heard = 0.0
        self._silence = 0.0
        self._paused = False
        self._in_head = False
        self._ended = True
        self._framed = False
        self._keep_alive = False
        self._keep: Callable[[], None] | None = None
        self._take: Take | None = None
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.answered = False
        self.idle_since = 0.0

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing() or self._failure is not None

    def send(self, head: bytes, body: bytes, silence: float) -> None:
        """Write a request; from here on `silence` seconds without a byte of the backend are a timeout."""
        assert self._transport is not None
        self._parser = httptools.HttpResponseParser(self)
        self.status, self.headers, self.answered = 0, [], False
        self._in_head, self._ended, self._framed, self._keep_alive, self._head_bytes = True, False, False, False, 0
        self._heard, self._silence = self._loop.time(), silence
        self._timer = self._loop.call_later(silence, self._look_at_silence)
        self._transport.writelines((head, body))

    async def head(self) -> None:
        """Wait until status and headers are here; raises httpx's errors."""
        while self._in_head:
            if self._failure is not None:
                raise self._failure
            await self._news()

    async def read(self) -> bytes:
        """All bytes of the body that have arrived, waiting for the first; empty at its end."""
        while not self._pieces:
            if self._ended:
                return b""
            if self._failure is not None:
                raise self._failure
            await self._news()
        return self._arrived()

    async def pass_to(self, take: Take) -> bool:
        """Have `take` called with all that arrives, as soon as it does, until that gives False.

        False: the body has ended first. Raises httpx's errors, and what `take` raises.
        """
        if self._pieces and not take(self._arrived()):
            return True
        if self._ended:
            return False
        if self._failure is not None:
            raise self._failure
        self._take = take
        try:
            await self._news()
            if self._take is not None and self._failure is not None:
                raise self._failure
            return self._take is None
        finally:
            self._take = None

    def _news(self) -> asyncio.Future[None]:
        """Done when something happened."""
        self._waiter = waiter = self._loop.create_future()
        return waiter

    def _arrived(self) -> bytes:
        """What has arrived and was not read; there is some."""
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._buffered = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._heard = self._loop.time()
            self._transport.resume_reading()
        return data

    def when_ended(self, seconds: float, keep: Callable[[], None]) -> None:
        """Hand the connection on once its reply has ended; close it when that takes longer than `seconds`."""
        self._stop_timer()
        self._keep = keep
        if self._ended:
            self._hand_on()
        else:
            self._timer = self._loop.call_later(seconds, self.close)

    def _hand_on(self) -> None:
        keep, self._keep = self._keep, None
        self._stop_timer()
        if keep is None or not self._keep_alive or self.closed:
            self.close()
            return
        self._pieces.clear()
        self._buffered = 0
        self.idle_since = self._loop.time()
        keep()

    def close(self) -> None:
        """Close at once: what was not read is not wanted, and the backend must notice now."""
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, failure: Exception) -> None:
        if self._failure is None:
            self._failure = failure
        self._wake()

    def _look_at_silence(self) -> None:
        left = self._heard + self._silence - self._loop.time()
        if self._waiter is None:  # nobody waits: it is the client that is slow
            left = self._silence
        if left > 0:
            self._timer = self._loop.call_later(left, self._look_at_silence)
        else:
            self._fail(httpx.ReadTimeout(f"no byte for {self._silence:g} s"))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's inherits from nothing

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        self.answered = True
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(httpx.RemoteProtocolError(f"not HTTP: {error}"))
        except httptools.HttpParserUpgrade:
            self._fail(httpx.RemoteProtocolError("it goes on in a protocol that nobody asked for"))
        if self._in_head and self._head_bytes > HEAD_LIMIT:
            self._fail(httpx.RemoteProtocolError("the head of the response is too large"))
        if self._take is not None:
            self._pass_on(self._take)
        elif not self._in_head:
            if self._pieces:
                self._leave_lying(len(data))
            self._wake()

    def _leave_lying(self, length: int) -> None:
        """There are pieces that nobody took at once."""
        if self._keep is not None:  # nobody reads any more
            self._pieces.clear()
            return
        self._buffered += length
        if self._buffered > HIGH_WATER and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _pass_on(self, take: Take) -> None:
        """Wake the reader only where `take` has had enough, or the body has ended."""
        try:
            if self._pieces and not take(self._arrived()):
                self._take = None
        except Exception as error:  # it is the reader's: this is called by the event loop
            self._fail(error)
        if self._take is None or self._ended:
            self._wake()

    def eof_received(self) -> bool:
        return False  # the transport closes itself, and connection_lost tells

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self._ended and not self._in_head and not self._framed and exc is None:
            self._ended = True  # a body without a length ends with its connection
            self._wake()
        elif self._ended:
            self._keep_alive = False
        else:
            self._fail(httpx.ReadError(str(exc) if exc else "the backend closed the connection"))

    # httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self.headers.append((name, value))
        if name in (b"content-length", b"transfer-encoding"):
            self._framed = True

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:  # 100 Continue, 103 Early Hints: the answer is still to come
            self.headers = []
            return
        self._in_head = False

    def on_message_complete(self) -> None:
        if self._in_head:  # the end of an informational response
            return
        self._ended = True
        self._keep_alive = self._framed and self._parser.should_keep_alive()
        if self._keep is not None:
            self._hand_on()
