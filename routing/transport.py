"""The way to the backends on asyncio and httptools, with a pool of connections that stay open between requests.

httpx's client costs several times the rest of a request together (`proxysite/docs/performance.md`). This is what a
request needs of it, with its errors: bytes out, bytes in. It follows no redirect, reads no proxy from the environment
and refuses addresses that no backend has.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
from collections.abc import Coroutine
from typing import Any, NamedTuple

import httpx

from routing.connection import Connection, Take

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 30.0
IDLE_CONNECTIONS = 128
DRAIN_SECONDS = 1.0


class Origin(NamedTuple):
    """Whom to connect to."""

    secure: bool
    host: str
    port: int


class Transport:
    """Connections by origin, the last used first."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    async def ask(self, origin: Origin, head: bytes, body: bytes, silence: float) -> Incoming:
        """Send a request, and return when the head of the reply is here; raises httpx's errors.

        From then on `silence` seconds without a byte are a timeout.
        """
        connection = self._idle_connection(origin)
        if connection is not None:
            try:
                return await self._exchange(connection, origin, head, body, silence)
            except (httpx.ReadError, httpx.WriteError):
                if connection.answered:
                    raise
        # A connection that the backend closed while it was idle: nothing was answered, so a fresh one may ask again.
        connection = await self._connect(origin)
        return await self._exchange(connection, origin, head, body, silence)

    async def aclose(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _exchange(
        self, connection: Connection, origin: Origin, head: bytes, body: bytes, silence: float
    ) -> Incoming:
        connection.send(head, body, silence)
        try:
            await connection.head()
        except BaseException:
            connection.close()
            raise
        return Incoming(self, origin, connection)

    def _idle_connection(self, origin: Origin) -> Connection | None:
        connections = self._idle.get(origin)
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while connections:
            connection = connections.pop()
            if not connection.closed and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    def keep(self, origin: Origin, connection: Connection) -> None:
        """Keep an idle connection for the next request."""
        connections = self._idle.setdefault(origin, [])
        connections.append(connection)
        if len(connections) > IDLE_CONNECTIONS:
            connections.pop(0).close()

    async def _connect(self, origin: Origin) -> Connection:
        secure, host, port = origin
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                transport, connection = await loop.create_connection(
                    lambda: Connection(loop),
                    host,
                    port,
                    ssl=self._tls_context() if secure else None,
                    server_hostname=host if secure else None,
                )
        except TimeoutError:
            raise httpx.ConnectTimeout(f"no connection within {CONNECT_SECONDS:g} s") from None
        except ssl.SSLError as error:
            raise CertificateError(error.reason or "TLS handshake failed") from error
        except OSError as error:
            raise httpx.ConnectError(reason(error)) from error
        if forbidden(transport.get_extra_info("peername")):
            connection.close()
            raise httpx.ConnectError("the address is link-local, multicast or unspecified")
        if (opened := transport.get_extra_info("socket")) is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connection

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls


class CertificateError(httpx.ConnectError):
    """TLS failed: trying again cannot help."""


class Incoming:
    """A reply whose head is here, and whose body is read as it arrives."""

    def __init__(self, transport: Transport, origin: Origin, connection: Connection) -> None:
        self._transport = transport
        self._origin = origin
        self._connection: Connection | None = connection
        self.status = connection.status
        self.headers = connection.headers

    def read(self) -> Coroutine[Any, Any, bytes]:
        """All that has arrived, waiting for the first byte; empty at the end. Not to be called after that."""
        assert self._connection is not None
        return self._connection.read()

    def pass_to(self, take: Take) -> Coroutine[Any, Any, bool]:
        """Have all that arrives taken at once; see `Connection.pass_to`."""
        assert self._connection is not None
        return self._connection.pass_to(take)

    def finish(self) -> None:
        """What matters was read: keep the connection, when its reply has ended or does so soon."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.when_ended(DRAIN_SECONDS, lambda: self._transport.keep(self._origin, connection))

    def close(self) -> None:
        """Leave: a reply that was not finished is broken off at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def origin_of(url: httpx.URL) -> Origin:
    if url.scheme not in ("http", "https"):
        raise httpx.UnsupportedProtocol(f"a backend is reached by http or https, not {url.scheme!r}")
    secure = url.scheme == "https"
    return Origin(secure, url.host, url.port or (443 if secure else 80))


def reason(error: OSError) -> str:
    """Why there is no connection, without the address, which is not the client's business."""
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    return os.strerror(error.errno).lower() if error.errno else "no address answers"


def forbidden(peer: object) -> bool:
    """Addresses of cloud metadata services and of nobody: looked at on what is connected, after the resolution."""
    if not isinstance(peer, tuple):
        return False
    address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_link_local or address.is_multicast or address.is_unspecified
