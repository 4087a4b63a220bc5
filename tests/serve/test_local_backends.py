"""Programs on this machine that could answer: real sockets, other ports."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from proxysite.serving import local_backends
from proxysite.serving.local_backends import LocalBackend
from tests.support.postgres import free_port


@pytest.fixture
def listing(monkeypatch):
    """A program that lists models with this answer; its port."""
    running = []

    def start(answer, status=200):
        class Listing(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status if self.path == "/v1/models" else 404)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Listing)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        monkeypatch.setattr(local_backends, "USUAL_PORTS", {"Ollama": server.server_port, "nothing": free_port()})
        return server.server_port

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def models(*names):
    return json.dumps({"data": [{"id": name} for name in names]}).encode()


def test_it_finds_a_program_with_models(listing):
    port = listing(models("nomic-embed-text", "qwen3-coder:30b", "llama3.3"))
    found = list(local_backends.local_backends(own_port=8082))
    assert found == [LocalBackend("Ollama", f"http://127.0.0.1:{port}/v1", ("qwen3-coder:30b", "llama3.3"))]


@pytest.mark.parametrize(
    "answer",
    [b'{"data": []}', b"<html>", b'{"data": null}', b"[]", b'{"data": [{}]}', models("only-embeddings")],
    ids=["no models", "a page", "null", "a list", "a model without a name", "embeddings only"],
)
def test_it_does_not_offer_what_cannot_answer(listing, answer):
    listing(answer)
    assert list(local_backends.local_backends(own_port=8082)) == []


def test_it_does_not_offer_the_service_itself(listing):
    port = listing(models("a"))
    assert list(local_backends.local_backends(own_port=port)) == []


def test_its_lines_configure_the_backend():
    found = LocalBackend("Ollama", "http://127.0.0.1:11434/v1", ("a", "b"))
    assert found.lines == ["OPENAI_BASE_URL=http://127.0.0.1:11434/v1", "BIG_MODEL=a"]
