"""What comes in: paths, headers and bodies, as clients send them and as they should not."""

import gzip
import json
import zlib

import pytest

from tests.support.answers import text
from tests.support.messages import assert_is_error, request

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/messages?beta=true", "/v1/messages/", "/v1/v1/messages", "/v1/v1/messages/"]
)
def test_it_answers_under_every_path_that_clients_use(client, backend, path):
    # protocol A1, A2
    backend.script(text("Hello"))
    response = client.post(path, json=request())
    assert response.status_code == 200
    assert response.headers["request-id"].startswith("req_")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"anthropic-version": "2023-06-01"},
        {"anthropic-version": "2026-10-21"},
        {"anthropic-version": "banana"},
        {"anthropic-beta": "one, two ,three,"},
        {"content-type": "text/plain"},
        {"x-stainless-retry-count": "0", "x-app": "cli"},
    ],
)
def test_no_header_is_a_reason_to_refuse(client, backend, headers):
    # protocol A4, A5
    backend.script(text("Hello"))
    response = client.post("/v1/messages", content=json.dumps(request()), headers=headers)
    assert response.status_code == 200


def test_unknown_fields_are_accepted_and_go_nowhere(client, backend):
    # protocol A6
    backend.script(text("Hello"))
    assert client.post("/v1/messages", json=request(foo_extra=1)).status_code == 200
    assert b"foo_extra" not in backend.requests[0].body


def with_huge_number(content="Hello", **fields):
    """A request with a number that no type of numbers holds in place of the text `huge`."""
    role = "assistant" if "tool_use" in str(content) else "user"
    body = json.dumps(request(messages=[{"role": role, "content": content}], **fields))
    return body.replace('"huge"', "1e999").encode()


BAD_BODIES = [  # protocol A7, A8
    pytest.param(b"", "JSON", id="nothing"),
    pytest.param(b"{", "JSON", id="cut"),
    pytest.param(b"hello", "JSON", id="not JSON"),
    pytest.param(b"\xff\xfe", "", id="not UTF-8"),
    pytest.param(b"[]", "", id="an array"),
    pytest.param(b"null", "", id="null"),
    pytest.param(b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", id="nested without end"),
    pytest.param(json.dumps(request(model=None)).encode(), "model", id="no model"),
    pytest.param(json.dumps(request(model=7)).encode(), "model", id="a model that is no text"),
    pytest.param(json.dumps(request(max_tokens=None)).encode(), "max_tokens", id="no max_tokens"),
    pytest.param(json.dumps(request(max_tokens=-1)).encode(), "max_tokens", id="a negative max_tokens"),
    pytest.param(json.dumps(request(max_tokens="many")).encode(), "max_tokens", id="a max_tokens that is no number"),
    pytest.param(json.dumps(request(messages=[])).encode(), "messages", id="no messages"),
    pytest.param(json.dumps(request(messages="hi")).encode(), "messages", id="messages that are no list"),
    pytest.param(
        json.dumps(request(messages=[{"role": "wizard", "content": "x"}])).encode(),
        "messages.0.role",
        id="no such role",
    ),
    pytest.param(json.dumps(request(messages=[{"role": "user", "content": 5}])).encode(), "messages.0", id="a number"),
    pytest.param(
        json.dumps(request(messages=[{"role": "user", "content": [{"text": "x"}]}])).encode(),
        "messages.0.content.0.type",
        id="a block without a type",
    ),
    pytest.param(with_huge_number(content=[{"type": "new", "value": "huge"}]), "out of range", id="a huge number"),
    pytest.param(
        with_huge_number(tools=[{"name": "t", "input_schema": {"type": "object", "maxProperties": "huge"}}]),
        "out of range",
        id="a huge number in a schema",
    ),
    pytest.param(
        with_huge_number(content=[{"type": "tool_use", "id": "t", "name": "t", "input": {"é": "huge"}}]),
        "out of range",
        id="a huge number in the input of a call",
    ),
]


@pytest.mark.parametrize(("body", "named"), BAD_BODIES)
def test_bad_bodies_get_an_error_that_names_the_fault(client, body, named):
    message = assert_is_error(client.post("/v1/messages", content=body), 400, "invalid_request_error")
    assert named in message


def test_a_host_that_is_not_ours_is_one_line_of_the_log(stranger, gateway):
    before = len(gateway.output())
    assert stranger.get("/admin/", headers={"host": "strange.example"}).status_code == 400
    logged = gateway.output()[before:]
    assert "strange.example" in logged
    assert "Traceback" not in logged


def test_an_error_does_not_say_all_that_it_is_about(client):
    body = request(tools=[], tool_choice={"type": "tool", "name": "long" * 1000})
    message = assert_is_error(client.post("/v1/messages", json=body), 400, "invalid_request_error")
    assert message.startswith("tool_choice")
    assert len(message) == 1000


@pytest.mark.parametrize(
    ("encoding", "compressed"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_compressed_bodies_are_understood(client, backend, encoding, compressed):
    # protocol A9
    backend.script(text("Hello"))
    body = compressed(json.dumps(request("compressed")).encode())
    response = client.post("/v1/messages", content=body, headers={"content-encoding": encoding})
    assert response.status_code == 200
    assert backend.requests[0].json["messages"][-1]["content"] == "compressed"


@pytest.mark.parametrize(
    ("body", "encoding", "status", "error_type"),
    [
        pytest.param(b"no gzip", "gzip", 400, "invalid_request_error", id="broken"),
        pytest.param(gzip.compress(b"{}")[:-4], "gzip", 400, "invalid_request_error", id="cut"),
        pytest.param(b"x", "lzma", 415, "invalid_request_error", id="unknown"),
        pytest.param(gzip.compress(b" " * 40 * MEBIBYTE), "gzip", 413, "request_too_large", id="a bomb"),
    ],
)
def test_broken_compression_is_the_clients_error(client, body, encoding, status, error_type):
    response = client.post("/v1/messages", content=body, headers={"content-encoding": encoding})
    assert_is_error(response, status, error_type)


def test_a_body_of_many_megabytes_passes(client, backend):
    # protocol A10
    backend.script(text("Hello"))
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO" * (5 * MEBIBYTE)}}
    message = {"role": "user", "content": [image, {"type": "text", "text": "What is this?"}]}
    assert client.post("/v1/messages", json=request(messages=[message])).status_code == 200
    assert len(backend.requests[0].body) > 20 * MEBIBYTE


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "chunked"])
def test_a_body_above_the_limit_is_refused(client, backend, chunked):
    # protocol A9
    body = b" " * (40 * MEBIBYTE)
    content = (body[at : at + MEBIBYTE] for at in range(0, len(body), MEBIBYTE)) if chunked else body
    assert_is_error(client.post("/v1/messages", content=content), 413, "request_too_large")
    assert not backend.requests


def test_lone_surrogates_do_not_reach_the_backend(client, backend):
    # protocol A11
    backend.script(text("Hello"))
    body = json.dumps(request("a SURROGATE b")).replace("SURROGATE", "\\ud800")
    assert client.post("/v1/messages", content=body).status_code == 200
    assert backend.requests[0].json["messages"][-1]["content"] == "a \ufffd b"


@pytest.mark.parametrize(
    ("method", "path", "status", "error_type"),
    [  # protocol A12, K255
        ("POST", "/v1/foo", 404, "not_found_error"),
        ("GET", "/v1/messages/batches", 404, "not_found_error"),
        ("POST", "/v1/files", 404, "not_found_error"),
        ("GET", "/.well-known/oauth-authorization-server", 404, "not_found_error"),
        ("GET", "/managed/settings", 404, "not_found_error"),
        ("GET", "/v1/messages", 405, "invalid_request_error"),
        ("PUT", "/v1/messages", 405, "invalid_request_error"),
        ("DELETE", "/v1/models", 405, "invalid_request_error"),
    ],
)
def test_what_there_is_not_is_said_in_the_envelope(client, method, path, status, error_type):
    response = client.request(method, path)
    assert_is_error(response, status, error_type)
    if status == 405:
        assert response.headers["allow"]
    else:
        assert response.headers["x-should-retry"] == "false"


def test_batches_are_refused_by_their_name(client):
    # protocol K255
    refused = client.post("/v1/messages/batches", json={"requests": []})
    assert refused.json()["error"]["message"] == "message batches are not available through this gateway"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/v1", "/api/hello", "/health", "/healthz", "/ready", "/readyz"]
)
def test_probes_need_no_key(stranger, method, path):
    # protocol A13
    assert stranger.request(method, path).status_code == 200


def test_an_unknown_path_of_the_clients_telemetry_gets_no_page(stranger):
    assert_is_error(stranger.post("/api/event_logging/batch", json={}), 404, "not_found_error")
