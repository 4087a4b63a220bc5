"""Requests to the backends. Nobody else imports httpx (but for its transport and `fetching.py`), so that the client
can be replaced.

open(route, body, …) → Reply: status and headers are here, the body is read as it arrives. Every failure of the way
there and back is a `BackendFailure` with the status that the client is told (protocol §6.2, E16, E23, E24).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import httpx

from conversion.errors import BackendFailure
from routing.connection import Take
from routing.endpoints import catalog_headers
from routing.inflate import inflater
from routing.request_heads import usual_head
from routing.table import BackendEntry, Route
from routing.transport import CertificateError, Incoming, Transport

ERROR_BODY_LIMIT = 64 * 1024
WHOLE_BODY_LIMIT = 64 * 1024 * 1024

_transport = Transport()


async def open(route: Route, body: bytes, *, stream: bool, request_id: str) -> Reply:
    """Ask the backend; returns when its status and headers have arrived."""
    try:
        usual = usual_head(route, stream=stream)
        head = b"%bx-request-id: %b\r\ncontent-length: %d\r\n\r\n" % (usual.lines, request_id.encode(), len(body))
        try:
            incoming = await _transport.ask(usual.origin, head, body, route.backend.timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if isinstance(error, CertificateError) or route.backend.max_retries < 1:
                raise
            incoming = await _transport.ask(usual.origin, head, body, route.backend.timeout)
    except httpx.HTTPError as error:
        raise as_failure(error) from error
    return Reply(incoming)


async def close() -> None:
    """Close the connections that are kept open."""
    await _transport.aclose()


class Reply:
    """A backend's answer whose head has arrived."""

    def __init__(self, incoming: Incoming) -> None:
        self.status = incoming.status
        self._incoming = incoming
        try:
            self._inflater = inflater(self._header(b"content-encoding"))
        except BackendFailure:
            self.close()
            raise

    @property
    def tells_limits(self) -> bool:
        """There are headers about rate limits."""
        return any(name.startswith(b"x-ratelimit-") for name, _ in self._incoming.headers)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By their names in lower case."""
        return httpx.Headers(self._incoming.headers)

    def _header(self, wanted: bytes) -> str:
        return next((value.decode("latin-1") for name, value in self._incoming.headers if name == wanted), "")

    async def read(self) -> bytes:
        """All bytes that have arrived, waiting for the first; empty at the end."""
        try:
            while data := await self._incoming.read():
                if self._inflater is None:
                    return data
                if inflated := self._inflater.feed(data):
                    return inflated
        except httpx.HTTPError as error:
            raise as_failure(error) from error
        if self._inflater is not None:
            self._inflater.end()
        return b""

    async def pass_to(self, take: Take) -> bool:
        """Have `take` called with all that arrives, as soon as it does, until that gives False.

        False: the body has ended first. Raises BackendFailure, and what `take` raises.
        """
        try:
            goes_on = await self._incoming.pass_to(take if self._inflater is None else self._inflating(take))
        except httpx.HTTPError as error:
            raise as_failure(error) from error
        if self._inflater is not None and not goes_on:
            self._inflater.end()
        return goes_on

    def _inflating(self, take: Take) -> Take:
        def inflate(data: bytes) -> bool:
            assert self._inflater is not None
            inflated = self._inflater.feed(data)
            return take(inflated) if inflated else True

        return inflate

    async def whole(self) -> bytes:
        """The whole body, of a size that a reply may have."""
        body = await self._up_to(WHOLE_BODY_LIMIT)
        if len(body) > WHOLE_BODY_LIMIT:
            raise BackendFailure("The backend sent an invalid response (too large)")
        return body

    async def excerpt(self) -> bytes:
        """As much of the body of an error as anybody may want to read."""
        return (await self._up_to(ERROR_BODY_LIMIT))[:ERROR_BODY_LIMIT]

    async def _up_to(self, limit: int) -> bytes:
        """The body; when it is larger than the limit, a little more than that much of it."""
        parts: list[bytes] = []
        size = 0
        while size <= limit and (data := await self.read()):
            parts.append(data)
            size += len(data)
        return b"".join(parts)

    def finish(self) -> None:
        """All that matters was read: the connection may be used again."""
        self._incoming.finish()

    def close(self) -> None:
        """Leave: a body that was not finished is broken off at once."""
        self._incoming.close()


def as_failure(error: httpx.HTTPError) -> BackendFailure:
    """What the client is told of a way that failed."""
    match error:
        case CertificateError():
            return BackendFailure(f"Cannot reach the backend ({error})", should_retry=False)
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.UnsupportedProtocol():
            return BackendFailure(f"Cannot reach the backend ({error})")
        case httpx.TimeoutException():
            return BackendFailure("The backend did not answer in time", status=504, type="timeout_error")
        case httpx.RemoteProtocolError():
            return BackendFailure(f"The backend sent an invalid response ({error})")
        case _:
            return BackendFailure("upstream connection lost before the response was complete")


def fetch_json(backend: BackendEntry, url: str, timeout: float = 10.0, body: object = None) -> object:
    """GET a JSON document of a backend, or POST if there is a body; for the background, never for a request.

    Raises BackendFailure.
    """
    credential = backend.credentials[0].secret if backend.credentials else ""
    try:
        response = httpx.request(
            "GET" if body is None else "POST",
            url,
            headers=catalog_headers(backend, credential, url),
            json=body,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
        )
        response.raise_for_status()
        document: object = response.json()
    except httpx.HTTPStatusError as error:
        raise BackendFailure(f"{url} answered {error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise as_failure(error) from error
    except ValueError as error:
        raise BackendFailure(f"{url} did not answer JSON") from error
    return document
