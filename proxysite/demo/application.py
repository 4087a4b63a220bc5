"""The demo backend as an ASGI application: two endpoints, no keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any

from proxysite.demo.completions import chunks, complete, whole

Message = MutableMapping[str, Any]  # ASGI's own definition: values of any kind
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MODEL = "demo"
MODELS = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "demo"}]}
WORD_SECONDS = 0.02


class DemoBackend:
    """`delay`: seconds before each chunk of a stream."""

    def __init__(self, delay: float = WORD_SECONDS) -> None:
        self._delay = delay

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        match scope["method"], scope["path"]:
            case "GET", "/v1/models":
                await send_json(send, 200, MODELS)
            case "POST", "/v1/chat/completions":
                await self._chat_completion(await whole_body(receive), send)
            case method, path:
                await send_error(send, 404, f"Not here: {method} {path}; only /v1/models and /v1/chat/completions are.")

    async def _chat_completion(self, body: bytes, send: Send) -> None:
        try:
            request = json.loads(body)
        except ValueError:
            request = None
        match request:
            case {"stream": True, "stream_options": {"include_usage": True}}:
                await self._stream(chunks(complete(request), with_usage=True), send)
            case {"stream": True}:
                await self._stream(chunks(complete(request), with_usage=False), send)
            case dict():
                await send_json(send, 200, whole(complete(request)))
            case _:
                await send_error(send, 400, "The body is not a JSON object.")

    async def _stream(self, parts: Iterator[Mapping[str, object]], send: Send) -> None:
        await send_start(send, 200, "text/event-stream")
        for part in parts:
            await asyncio.sleep(self._delay)
            await send_body(send, b"data: " + json.dumps(part).encode() + b"\n\n", more=True)
        await send_body(send, b"data: [DONE]\n\n")


async def whole_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def send_error(send: Send, status: int, message: str) -> None:
    await send_json(send, status, {"error": {"message": message, "type": "invalid_request_error"}})


async def send_json(send: Send, status: int, value: object) -> None:
    await send_start(send, status, "application/json")
    await send_body(send, json.dumps(value).encode())


async def send_start(send: Send, status: int, content_type: str) -> None:
    headers = [(b"content-type", content_type.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def send_body(send: Send, body: bytes, *, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
