"""A server that takes webhooks, on a port of its own.

with WebhookReceiver() as receiver: receiver.url, receiver.received, receiver.status = 500
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

from tests.support.background import BackgroundHTTP


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class WebhookReceiver(BackgroundHTTP):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posts)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks/T0?token=hush"
        self.status = 200
        self.headers: dict[str, str] = {}
        self.received: list[Received] = []


class _Posts(BaseHTTPRequestHandler):
    server: WebhookReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass
