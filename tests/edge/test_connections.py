"""What no HTTP client would send: heads without end, bodies that trickle, requests in disguise."""

import json
import socket

import httpx
import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.messages import STREAMED, names, request
from tests.support.scripted_backend import DONE, stream

KEY = f"x-api-key: {CLIENT_KEY}\r\n".encode()


@pytest.fixture(scope="module")
def hasty(tmp_path_factory, backend_process):
    """A gateway that does not wait long."""
    folder = tmp_path_factory.mktemp("hasty")
    with Gateway(folder, OPENAI_BASE_URL=backend_process.base_url, HEAD_SECONDS="1", BODY_SECONDS="1") as gateway:
        yield gateway


def answer_to(gateway, *parts):
    """Everything that comes back until the gateway closes."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass  # it was closed before all of it was sent
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
        except ConnectionResetError:
            pass
        return received


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET /health HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 200_000, id="one long header"),
        pytest.param(b"GET /health HTTP/1.1\r\nhost: x\r\n" + b"x: a\r\n" * 20_000, id="many headers"),
        pytest.param(b"GET /" + b"a" * 200_000, id="a long path"),
        pytest.param(b"GET /health HTTP/1.1\r\n" + b"x: a\r\n" * 15_000 + b"\r\n", id="many short headers, and an end"),
    ],
)
def test_a_head_that_is_too_large_is_refused(gateway, head):
    received = answer_to(gateway, head)
    assert not received or received.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"hello\r\n\r\n", id="not HTTP"),
        pytest.param(
            b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            id="a length and chunks",
        ),
        pytest.param(
            b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n" + KEY + b"\r\nzzz\r\n",
            id="a chunk of no size",
        ),
    ],
)
def test_what_is_no_http_is_refused_in_the_envelope(gateway, raw):
    received = answer_to(gateway, raw)
    head, _, body = received.partition(b"\r\n\r\n")
    told = json.loads(body)
    assert head.startswith(b"HTTP/1.1 400")
    assert (told["type"], told["error"]["type"]) == ("error", "invalid_request_error")
    assert f"request-id: {told['request_id']}".encode() in head


def test_a_head_that_does_not_come_is_not_waited_for(hasty):
    assert answer_to(hasty, b"GET /health HTTP/1.1\r\nhost:").startswith(b"HTTP/1.1 408")
    assert answer_to(hasty) == b""


def test_a_body_that_does_not_come_is_not_waited_for(hasty):
    head = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n" + KEY + b"\r\n"
    received = answer_to(hasty, head, b"{")
    assert received.startswith(b"HTTP/1.1 408")
    assert b'"type":"timeout_error"' in received


def test_a_slow_answer_is_no_slow_request(hasty, backend):
    slow = stream(1.5, *text("Hello").chunks(STREAMED), DONE)
    backend.script(slow, slow)
    with httpx.Client(base_url=hasty.url, headers={"x-api-key": CLIENT_KEY}, trust_env=False, timeout=30) as client:
        answers = [client.post("/v1/messages", json=request(stream=True)) for _ in range(2)]
    assert [names(answer.text)[-1] for answer in answers] == ["message_stop", "message_stop"]
