"""What stands in front of the API: the key first, then a body of bounded size, time and nesting.

Django would read a whole body before any view or middleware sees the request; here a stranger's body is never read.
What passes is handed on in the ASGI scope: `request_id`, `key` and `body`.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from typing import Protocol

from django.conf import settings

from proxysite.api.auth import authenticate
from proxysite.api.errors import as_api_error
from proxysite.asgi_types import Message, Receive, Scope, Send
from proxysite.envelope import ApiError, envelope, error_headers
from proxysite.request_ids import new_request_uuid, request_id_text

BODY_LIMIT = 32 * 1024 * 1024

logger = logging.getLogger("proxysite")


class Application(Protocol):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class ClientLeft(Exception):
    """The client closed the connection before its request was whole."""


class Guard:
    """An ASGI application in front of another one."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["request_uuid"] = uuid = new_request_uuid()
        scope["request_id"] = request_id = request_id_text(uuid)
        try:
            scope["body"] = b""
            if needs_key(scope["path"]):
                scope["key"] = await authenticate(scope["headers"])
                scope["body"] = await received_body(scope["headers"], receive)
            await self._application(scope, receive, send)
        except ClientLeft:
            return
        except Exception as exception:
            error = as_api_error(exception)
            if error.status >= 500:
                logger.exception("request %s failed", request_id)
            await refuse(error, request_id, send)


def needs_key(path: str) -> bool:
    """Probes and the API's documentation are for everybody."""
    return path.startswith("/v1/") or path == "/test-connection"


async def refuse(error: ApiError, request_id: str, send: Send) -> None:
    """Answer with an error and close: what the client still sends is not read."""
    body = envelope(error, request_id)
    headers = [*error_headers(error, request_id, len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def received_body(headers: list[tuple[bytes, bytes]], receive: Receive) -> bytes:
    """The whole body, counted while it arrives; decompressed where the client compressed it."""
    encoding = b""
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > BODY_LIMIT:
            raise too_large()
        if name == b"content-encoding":
            encoding = value.strip().lower()
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message["body"]
    else:
        body = await _slow_body(message, receive)
    return body if encoding in (b"", b"identity") else decompressed(body, encoding)


async def _slow_body(message: Message, receive: Receive) -> bytes:
    """The rest of a body that comes in more than one part, within the time that one may take."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.BODY_SECONDS):
            while True:
                if message["type"] == "http.disconnect":
                    raise ClientLeft
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > BODY_LIMIT:
                    raise too_large()
                if not message.get("more_body"):
                    return b"".join(parts)
                message = await receive()
    except TimeoutError:
        raise ApiError(408, "timeout_error", "The request body did not arrive in time.") from None


def decompressed(body: bytes, encoding: bytes) -> bytes:
    """A gzip or deflate body, never more than the limit of a plain one."""
    if encoding not in (b"gzip", b"x-gzip", b"deflate"):
        raise ApiError(415, "invalid_request_error", "content-encoding: only gzip and deflate are understood")
    decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: the header tells gzip from zlib
    try:
        decoded = decoder.decompress(body, BODY_LIMIT + 1)
    except zlib.error as error:
        message = "The request body is not valid for its content-encoding."
        raise ApiError(400, "invalid_request_error", message) from error
    if len(decoded) > BODY_LIMIT:
        raise too_large()
    if not decoder.eof:
        raise ApiError(400, "invalid_request_error", "The compressed request body is incomplete.")
    return decoded


def too_large() -> ApiError:
    return ApiError(413, "request_too_large", f"Request exceeds the maximum size of {BODY_LIMIT >> 20} MiB")
