"""An OpenAI-compatible backend over real sockets that answers what the test scripted and records what it was sent.

    with ScriptedBackend() as backend:
        backend.script(text("Hello"), error(429, "slow down", headers={"retry-after": "7"}))
        …a request through the gateway, whose backend is `backend.base_url`…
        assert backend.requests[0].json["messages"] == […]

What may be scripted, one for each request for an answer, in their order:
  an `Answer` (tests/support/answers.py: text, tool_call, tool_calls, reasoning): sent whole or streamed, as was asked;
  a `ResponsesAnswer` (tests/support/responses_answers.py), where the Responses API is asked;
  a `Reply` (tests/support/replies.py): `stream(…)`, `whole(…)`, `error(…)`, or `Reply(…)` for anything else.
`script_with(function)` asks the function with each request that the script has nothing for; without one such a request
gets a 500 and is kept in `unscripted`.

A `Gate` among the pieces of a reply (or before its head) holds it there: wait for `gate.reached`, later `gate.open()`.
`end` says what follows the last piece: COMPLETE, CUT (closed without the end of the body), RESET (a TCP RST) or
HANG (nothing, until the client leaves). `request.abandoned` is set when the client closed before the reply was complete.
`GET …/models` lists `models` and is kept in `model_list_requests`: it uses up nothing of the script.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from tests.support.replies import (
    COMPLETE,
    CUT,
    DONE,
    HANG,
    RESET,
    Gate,
    Reply,
    Request,
    Scripted,
    error,
    model_list,
    stream,
    whole,
)

__all__ = [
    "COMPLETE",
    "CUT",
    "DONE",
    "HANG",
    "RESET",
    "Gate",
    "Reply",
    "Request",
    "ScriptedBackend",
    "error",
    "stream",
    "whole",
]

TIMEOUT = 10.0


class ScriptedBackend:
    """The server; it runs in a thread of its own between `start` and `stop` (or inside `with`)."""

    def __init__(self, models: Sequence[str | Mapping[str, Any]] = ("big", "middle", "small"), port: int = 0) -> None:
        self.models = models
        self.port = port
        self.requests: list[Request] = []
        self.model_list_requests: list[Request] = []
        self.unscripted: list[Request] = []
        self.connections = 0
        self.open_connections: set[Connection] = set()
        self._script: deque[Scripted] = deque()
        self._function: Callable[[Request], Scripted] | None = None
        self._arrived = threading.Condition()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *replies: Scripted) -> None:
        self._script.extend(replies)

    def script_with(self, function: Callable[[Request], Scripted]) -> None:
        self._function = function

    def reset(self) -> None:
        """As new, for the next test; connections stay."""
        self._script.clear()
        self._function = None
        for kept in (self.requests, self.model_list_requests, self.unscripted):
            kept.clear()

    def wait_for_requests(self, count: int = 1, timeout: float = TIMEOUT) -> list[Request]:
        """The requests once there are `count` of them."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"{len(self.requests)} of {count} requests came within {timeout} s")
            return list(self.requests)

    def start(self) -> ScriptedBackend:
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=asyncio.run, args=[self._run(started)], name="scripted-backend")
        self._thread.start()
        self._loop, self._stopped = started.result(TIMEOUT)
        return self

    def stop(self) -> None:
        """Close the port and every connection, whatever is going on there."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(TIMEOUT)

    def __enter__(self) -> ScriptedBackend:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reply_to(self, request: Request) -> Reply:
        """Note the request and take what the script has for it."""
        path = request.path.partition("?")[0]
        if path.endswith("/models"):
            self.model_list_requests.append(request)
            return model_list(self.models)
        if not path.endswith(("/chat/completions", "/responses")):
            return error(404, f"no such path: {path}")
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        if self._script:
            return self._script.popleft().reply_to(request)
        if self._function is not None:
            return self._function(request).reply_to(request)
        self.unscripted.append(request)
        return error(500, "the script has no reply for this request")

    async def _run(self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await loop.create_server(lambda: Connection(self), "127.0.0.1", self.port, backlog=1024)
        except OSError as failure:
            started.set_exception(failure)
            return
        self.port = server.sockets[0].getsockname()[1]
        started.set_result((loop, stopped))
        await stopped.wait()
        server.close()
        for connection in list(self.open_connections):
            connection.transport.abort()


class Connection(asyncio.Protocol):
    """One connection: a request, its reply, the next request."""

    transport: asyncio.Transport

    def __init__(self, backend: ScriptedBackend) -> None:
        self._backend = backend
        self._received = bytearray()
        self._request: Request | None = None
        self._reply: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(high=0)  # a write is over when the kernel has all of it
        self._backend.connections += 1
        self._backend.open_connections.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._backend.open_connections.discard(self)
        if self._request is not None and self._reply is not None:
            self._request.abandoned.set()
            self._reply.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._take_request()

    def _take_request(self) -> None:
        if self._request is None and (parsed := parse_request(self._received)) is not None:
            self._request, self._received = parsed
            reply = self._backend.reply_to(self._request)
            self._reply = asyncio.get_running_loop().create_task(self._send(reply))

    async def _send(self, reply: Reply) -> None:
        if reply.before_head is not None:
            await reply.before_head.passed()
        await self._write(reply.head())
        for piece in reply.pieces:
            if isinstance(piece, Gate):
                await piece.passed()
            elif isinstance(piece, bytes):
                await self._write(piece if reply.whole else b"%x\r\n%b\r\n" % (len(piece), piece))
            else:
                await asyncio.sleep(piece)
        await self._finish(reply)

    async def _write(self, data: bytes) -> None:
        self.transport.write(data)
        await self._writable.wait()

    async def _finish(self, reply: Reply) -> None:
        if reply.end is HANG:
            await asyncio.Event().wait()
        if reply.end is COMPLETE and not reply.whole:
            await self._write(b"0\r\n\r\n")
        self._request = None
        if reply.end is COMPLETE:
            self._take_request()
            return
        if reply.end is RESET:
            linger = struct.pack("ii", 1, 0)
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()


def parse_request(received: bytearray) -> tuple[Request, bytearray] | None:
    """The first request and what follows it; None while it is not all here."""
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    request_line, *lines = received[:head_end].decode("latin-1").split("\r\n")
    method, path, _ = request_line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body_start = head_end + 4
    body_end = body_start + int(headers.get("content-length", 0))
    if len(received) < body_end:
        return None
    return Request(method, path, headers, bytes(received[body_start:body_end])), received[body_end:]
