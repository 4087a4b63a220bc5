"""A relay between a client and the gateway that passes everything on and keeps what the client asked.

with Wiretap(gateway.url) as wiretap:
    …a client with `wiretap.url` as its base URL…
    assert [exchange.status for exchange in wiretap.exchanges] == [200]
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Exchange:
    """A request of the client and the status that it was answered with; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)


class Wiretap:
    def __init__(self, target: str) -> None:
        self.exchanges: list[Exchange] = []
        relay = type("TargetedRelay", (Relay,), {"target": urlsplit(target).netloc, "exchanges": self.exchanges})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), relay)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Wiretap:
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="wiretap")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Relay(BaseHTTPRequestHandler):
    """Each request has a connection of its own on both sides; a reply that breaks off is broken off here too."""

    protocol_version = "HTTP/1.1"
    target: str
    exchanges: list[Exchange]

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with closing(HTTPConnection(self.target)) as upstream:
            upstream.request(self.command, self.path, body, {**headers, "connection": "close"})
            response = upstream.getresponse()
            self.exchanges.append(Exchange(self.command, self.path, headers, body, response.status))
            self.answer(response)

    def answer(self, response: HTTPResponse) -> None:
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() != "connection":
                self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()
        with suppress(HTTPException, ConnectionError):
            while part := response.read1():
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if response.chunked else part)
            if response.chunked:
                self.wfile.write(b"0\r\n\r\n")

    do_GET = do_HEAD = do_POST = relay

    def log_message(self, *_: object) -> None:
        """Quiet: the exchanges are kept instead."""
