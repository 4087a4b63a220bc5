"""Clients that ask all the time, each in a thread of its own, and remember what they saw."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from tests.accounting.kill_protocol.backend import PIECE, PIECE_TOKENS
from tests.accounting.kill_protocol.reconciliation import Call, Tokens
from tests.support.gateway import CLIENT_KEY
from tests.support.messages import events, request

HEADERS = {"x-api-key": CLIENT_KEY, "content-type": "application/json", "connection": "close"}
STREAMED_SHARE = 0.8
PAUSE_SECONDS = (0.1, 1.0)
PATIENCE = 60.0


class Clients:
    """So many clients between `start` and `stop`; `calls` has what they saw."""

    def __init__(self, count: int, port: int, seed: int) -> None:
        self.calls: list[Call] = []
        self._port = port
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=[seed + number]) for number in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """They wait for the answers that they asked for."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, seed: int) -> None:
        own = random.Random(seed)
        while not self._stopping.wait(own.uniform(*PAUSE_SECONDS)):
            self.calls.append(call(self._port, is_stream=own.random() < STREAMED_SHARE))


@dataclass
class Heard:
    """What arrived of an answer; it is kept when the connection is cut, for the client has seen it."""

    request_id: str = ""
    opened: float | None = None
    status: int | None = None
    body: bytearray = field(default_factory=bytearray)
    cut: str = ""

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def error(self) -> str:
        """What the service said was wrong."""
        if self.status not in {None, 200}:
            return f"status {self.status}: {self.text}"
        _, found, error = self.text.partition("event: error\n")
        return f"event: {error}" if found else ""


def call(port: int, *, is_stream: bool) -> Call:
    began, heard = time.monotonic(), Heard()
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        try:
            connection.request("POST", "/v1/messages", json.dumps(request(stream=is_stream, max_tokens=1000)), HEADERS)
            hear(connection, heard)
        except (OSError, HTTPException) as error:
            heard.cut = f"{type(error).__name__}: {error}"
    tokens = (streamed if is_stream else whole)(heard.text)
    outcome = "finished" if tokens else "error" if heard.error else "cut"
    problem, read = heard.error or heard.cut, heard.text.count(PIECE) * PIECE_TOKENS
    return Call(heard.request_id, outcome, tokens, began, heard.opened, time.monotonic(), problem, read)


def hear(connection: HTTPConnection, heard: Heard) -> None:
    response = connection.getresponse()
    heard.opened, heard.status = time.monotonic(), response.status
    heard.request_id = response.headers.get("request-id", "").removeprefix("req_")
    while piece := response.read1():
        heard.body += piece


def streamed(body: str) -> Tokens | None:
    """What the client read of a stream that came to its end."""
    if not body.endswith("\n\n"):
        body = body.rpartition("\n\n")[0]
    told = dict(events(body))
    if "message_stop" not in told:
        return None
    return tokens(told["message_start"]["message"]["usage"] | told["message_delta"]["usage"])


def whole(body: str) -> Tokens | None:
    try:
        return tokens(json.loads(body)["usage"])
    except (ValueError, KeyError):
        return None


def tokens(usage: Mapping[str, int]) -> Tokens:
    return Tokens(usage["input_tokens"], usage["output_tokens"])
