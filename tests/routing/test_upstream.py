"""The way to a backend and back, over real sockets: connections kept, silence noticed, failures told as ours to tell."""

import asyncio
import gzip
import zlib

import pytest

from conversion.destination import Destination
from conversion.errors import BackendFailure
from routing import upstream
from routing.table import BackendEntry, CompressionEntry, CredentialEntry, Route
from routing.transport import forbidden
from tests.support.answers import text
from tests.support.scripted_backend import CUT, HANG, RESET, Gate, Reply, ScriptedBackend, stream, whole


@pytest.fixture
def backend():
    with ScriptedBackend() as backend:
        yield backend


def run(scenario):
    """Run it in a loop of its own, and close the connections that it left open."""

    async def scene():
        try:
            return await scenario
        finally:
            await upstream.close()
            await asyncio.sleep(0.01)  # what was closed is told so by the loop's next rounds

    return asyncio.run(scene())


def route(url, **fields):
    entry = BackendEntry(1, "scripted", url, credentials=(CredentialEntry("secret"),), **fields)
    return Route(entry, "m", Destination("m"), CompressionEntry(), "test")


async def ask(backend, **fields):
    return await upstream.open(route(backend.base_url, **fields), b'{"model":"m"}', stream=False, request_id="req_1")


async def read(reply):
    try:
        body = await reply.whole()
        reply.finish()
        return body
    finally:
        reply.close()


def test_it_sends_what_a_backend_needs_to_know(backend):
    backend.script(text("Hello"))

    async def scenario():
        await read(await ask(backend, headers={"X-Title": "team"}))

    run(scenario())
    (asked,) = backend.requests
    assert (asked.method, asked.path, asked.body) == ("POST", "/v1/chat/completions", b'{"model":"m"}')
    expected = {
        "authorization": "Bearer secret",
        "x-request-id": "req_1",
        "x-title": "team",
        "accept-encoding": "identity",
        "content-length": "13",
    }
    assert expected.items() <= dict(asked.headers).items()


def test_a_connection_is_used_again_once_its_reply_was_read(backend):
    backend.script(*[text("Hello")] * 3)

    async def scenario():
        for _ in range(3):
            await read(await ask(backend))

    run(scenario())
    assert backend.connections == 1


def test_a_connection_is_not_used_again_when_its_reply_was_left(backend):
    backend.script(stream({"a": 1}, end=HANG), text("Hello"))

    async def scenario():
        left = await ask(backend)
        await left.read()
        left.close()
        await read(await ask(backend))

    run(scenario())
    assert backend.connections == 2
    assert backend.requests[0].abandoned.wait(5)


def test_a_kept_connection_that_the_backend_closed_is_no_failure(backend):
    backend.script(text("Hello"), text("Hello again"))

    async def scenario():
        await read(await ask(backend))
        for connection in list(backend.open_connections):
            backend._loop.call_soon_threadsafe(connection.transport.abort)
        return await read(await ask(backend))

    assert b"Hello again" in run(scenario())
    assert len(backend.requests) == 2


@pytest.mark.parametrize(
    ("reply", "status", "error_type", "words"),
    [
        pytest.param(Reply(end=CUT), 502, "api_error", "connection lost", id="cut in the body"),
        pytest.param(Reply(end=RESET), 502, "api_error", "connection lost", id="reset in the body"),
        pytest.param(stream({"a": 1}, end=HANG), 504, "timeout_error", "in time", id="silent in the body"),
        pytest.param(Reply(before_head=Gate()), 504, "timeout_error", "in time", id="silent before its head"),
        pytest.param(whole(b"x", headers={"content-encoding": "gzip"}), 502, "api_error", "compression", id="no gzip"),
        pytest.param(whole(b"x", headers={"content-encoding": "br"}), 502, "api_error", "br", id="unknown encoding"),
        pytest.param(whole(b"", headers={"x": "y" * (2 << 20)}), 502, "api_error", "too large", id="a huge head"),
        pytest.param(Reply(status=101, headers={"connection": "upgrade", "upgrade": "h2c"}), 502, "api_error", "protocol", id="another protocol"),
        pytest.param(whole(gzip.compress(b" " * (20 << 20)), headers={"content-encoding": "gzip"}), 502, "api_error", "too large", id="a bomb"),
    ],
)  # fmt: skip
def test_a_reply_that_fails_is_a_failure_that_the_client_understands(backend, reply, status, error_type, words):
    # protocol I218, I220, J238
    backend.script(reply)

    async def scenario():
        await read(await ask(backend, timeout=0.3))

    with pytest.raises(BackendFailure) as raised:
        run(scenario())
    assert (raised.value.status, raised.value.type) == (status, error_type)
    assert words in raised.value.message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/v1", "connection refused"),
        ("http://no-such-host.invalid/v1", "cannot be resolved"),
        ("http://0.0.0.0:1/v1", "refused"),
        ("ftp://127.0.0.1/v1", "http or https"),
    ],
)
def test_a_backend_that_cannot_be_reached_is_not_named_to_the_client(url, words):
    async def scenario():
        await upstream.open(route(url, max_retries=0), b"{}", stream=False, request_id="req_1")

    with pytest.raises(BackendFailure) as raised:
        run(scenario())
    assert raised.value.status == 502
    assert words in raised.value.message
    assert "127.0.0.1" not in raised.value.message


@pytest.mark.parametrize(("encoding", "compressed"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_body_that_was_compressed_unasked_is_understood(backend, encoding, compressed):
    backend.script(whole(compressed(b"the body"), headers={"content-encoding": encoding}))

    async def scenario():
        return await read(await ask(backend))

    assert run(scenario()) == b"the body"


def test_a_body_without_a_length_ends_with_its_connection(backend):
    class Unframed(Reply):
        def head(self):
            return b"HTTP/1.1 200 OK\r\n\r\n"

    backend.script(Unframed(pieces=[b"all of it"], end=CUT, whole=True))

    async def scenario():
        return await read(await ask(backend))

    assert run(scenario()) == b"all of it"


def test_a_reader_that_stalls_stops_the_backend(backend):
    mebibyte = b"x" * (1 << 20)
    last = Gate()
    backend.script(Reply(pieces=[*[mebibyte] * 64, last]))

    async def scenario():
        reply = await ask(backend)
        await asyncio.sleep(0.5)  # time enough for a backend that nobody stops
        stopped = not last.reached.is_set()
        size = 0
        while size < 64 << 20:
            size += len(await reply.read())
        last.open()
        reply.close()
        return stopped

    assert run(scenario())


@pytest.mark.parametrize(
    ("address", "is_forbidden"),
    [
        ("169.254.169.254", True),
        ("fe80::1%eth0", True),
        ("::ffff:169.254.169.254", True),
        ("224.0.0.1", True),
        ("0.0.0.0", True),
        ("127.0.0.1", False),
        ("10.0.0.5", False),
        ("2606:4700::1", False),
    ],
)
def test_addresses_that_no_backend_has_are_refused_once_they_are_known(address, is_forbidden):
    assert forbidden((address, 80)) is is_forbidden
