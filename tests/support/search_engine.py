"""A search engine that speaks SearXNG's JSON, on a port of its own.

with SearchEngine() as engine: engine.pages = [{"url": …, "title": …, "content": …}]; engine.queries
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.background import BackgroundHTTP

PAGES = [{"url": "https://weather.example/graz", "title": "Graz today", "content": "Sunny, 21 degrees"}]


class SearchEngine(BackgroundHTTP):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Searches)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.reset()

    def reset(self) -> None:
        self.status = 200
        self.pages: list[dict[str, Any]] = PAGES
        self.queries: list[str] = []


class _Searches(BaseHTTPRequestHandler):
    server: SearchEngine

    def do_GET(self) -> None:
        self.server.queries += parse_qs(urlsplit(self.path).query).get("q", [])
        body = json.dumps({"results": self.server.pages}).encode()
        self.send_response(self.server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass
