"""Who may ask: the key in either header, checked before anything of the body is read."""

import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY
from tests.support.messages import assert_is_error, request

GOOD = [  # protocol A3
    pytest.param({"x-api-key": CLIENT_KEY}, id="x-api-key"),
    pytest.param({"authorization": f"Bearer {CLIENT_KEY}"}, id="bearer"),
    pytest.param({"authorization": f"bearer  {CLIENT_KEY}"}, id="bearer in another spelling"),
    pytest.param({"x-api-key": CLIENT_KEY, "authorization": f"Bearer {CLIENT_KEY}"}, id="both"),
    pytest.param({"x-api-key": "wrong", "authorization": f"Bearer {CLIENT_KEY}"}, id="only the bearer is right"),
    pytest.param({"x-api-key": CLIENT_KEY, "authorization": "Bearer wrong"}, id="only x-api-key is right"),
]
BAD = [
    pytest.param({}, id="none"),
    pytest.param({"x-api-key": "wrong"}, id="wrong"),
    pytest.param({"x-api-key": CLIENT_KEY[:-1]}, id="a prefix of the key"),
    pytest.param({"x-api-key": CLIENT_KEY.upper()}, id="another case"),
    pytest.param({"x-api-key": ""}, id="empty"),
    pytest.param({"authorization": f"Basic {CLIENT_KEY}"}, id="basic"),
    pytest.param({"authorization": CLIENT_KEY}, id="without its scheme"),
    pytest.param({"x-api-key": "wrong", "authorization": "Bearer wrong too"}, id="both wrong"),
    pytest.param({"x-api-key": "schlüssel".encode()}, id="not ASCII"),
    pytest.param({"x-api-key": b"\xff\xfe\x00"[:2]}, id="not text"),
]


@pytest.mark.parametrize("headers", GOOD)
def test_it_accepts_the_key_in_either_header(stranger, backend, headers):
    backend.script(text("Hello"))
    assert stranger.post("/v1/messages", json=request(), headers=headers).status_code == 200


@pytest.mark.parametrize("headers", BAD)
def test_it_refuses_every_other_key(stranger, backend, headers):
    response = stranger.post("/v1/messages", json=request(), headers=headers)
    message = assert_is_error(response, 401, "authentication_error")
    assert "invalid x-api-key" not in message  # Claude Code would ask its user to log in
    assert response.headers["x-should-retry"] == "false"
    assert not backend.requests


@pytest.mark.parametrize(
    "path",
    ["/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/v1/models/x", "/v1/nonsense", "/test-connection"],
)
def test_it_answers_nobody_without_a_key(stranger, path):
    # protocol K250
    assert_is_error(stranger.get(path), 401, "authentication_error")


def test_it_never_passes_the_clients_key_on(client, backend):
    backend.script(text("Hello"))
    client.post("/v1/messages", json=request())
    (asked,) = backend.requests
    assert CLIENT_KEY not in str(asked.headers)
    assert CLIENT_KEY.encode() not in asked.body
    assert asked.headers["authorization"] == "Bearer key-of-the-scripted-backend"
