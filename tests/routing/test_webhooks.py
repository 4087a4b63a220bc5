"""A webhook is posted to where its address leads, within a bounded time, and to nobody who should not get it."""

import socket
import threading

import pytest

from routing import webhooks
from routing.webhooks import NotPosted, post
from tests.support.webhook_receiver import WebhookReceiver


@pytest.fixture
def endless():
    """The address of a server whose answer begins and never ends."""
    left = threading.Event()

    def serve():
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(head)
            while not left.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    head = b"HTTP/1.1 200 OK\r\nx-header: "
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        left.set()
        thread.join()


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe", "[fe80::1]", "0.0.0.0", "[::]"],
)
def test_metadata_services_are_not_asked_however_they_are_written(host):
    with pytest.raises(NotPosted, match="its address is nobody's"):
        post(f"http://{host}/latest", b"{}", {})


def test_an_answer_that_never_ends_is_left(endless, monkeypatch):
    monkeypatch.setattr(webhooks, "SECONDS", 0.3)
    with pytest.raises(NotPosted, match=r"took longer than 0\.3 s"):
        post(endless, b"{}", {})


def test_no_more_than_the_status_is_waited_for():
    with WebhookReceiver() as receiver:
        receiver.headers = {"content-encoding": "gzip"}  # what is not gzip would fail if it was read
        post(receiver.url, b"{}", {})
        assert receiver.received[0].body == b"{}"


def test_another_address_of_the_name_may_answer(monkeypatch):
    async def both(url):
        return ["127.0.0.2", "127.0.0.1"]

    monkeypatch.setattr(webhooks, "addresses", both)
    with WebhookReceiver() as receiver:  # listens at 127.0.0.1 alone
        post(receiver.url.replace("127.0.0.1", "hooks.test"), b"{}", {})
        assert receiver.received[0].headers["host"] == f"hooks.test:{receiver.server_port}"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/?a=\x01", "its address is not valid"),
        (f"http://{64 * 'x'}.test/", "its name cannot be resolved"),  # too long a label to ask anybody for
        ("http://127.0.0.1:9/", "no connection"),
    ],
    ids=["not a URL", "no such name", "nobody there"],
)
def test_what_cannot_be_reached_is_told_without_its_address(url, why):
    with pytest.raises(NotPosted, match=why):
        post(url, b"{}", {})
