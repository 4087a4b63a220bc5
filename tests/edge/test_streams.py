"""What a streaming client sees, and when."""

import httpx
import pytest

from tests.support.answers import reasoning, text, tool_call
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.messages import STREAMED, assert_is_error, events, names, request
from tests.support.scripted_backend import CUT, DONE, RESET, Gate, error, stream, whole


def test_a_stream_says_that_it_is_one(client, backend):
    # protocol A15
    backend.script(text("Hello"))
    response = client.post("/v1/messages", json=request(stream=True))
    headers = response.headers
    assert (headers["content-type"], headers["cache-control"], headers["x-accel-buffering"]) == (
        "text/event-stream",
        "no-cache",
        "no",
    )
    assert headers["request-id"].startswith("req_")
    assert "content-length" not in headers


def test_each_event_has_its_name_and_its_place(client, backend):
    # protocol G163
    backend.script(text("Hello you"))
    response = client.post("/v1/messages", json=request(stream=True))
    found = names(response.text)
    assert found[0] == "message_start"
    assert found[-2:] == ["message_delta", "message_stop"]
    assert [name for name in found if name.startswith("content_block")] == [
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
    ]
    assert all(data["type"] == name for name, data in events(response.text))


def test_what_the_backend_sends_reaches_the_client_at_once(client, backend):
    gate = Gate()
    chunks = text("Hello you").chunks(STREAMED)
    backend.script(stream(*chunks[:2], gate, *chunks[2:], DONE))
    with client.stream("POST", "/v1/messages", json=request(stream=True)) as response:
        received = ""
        parts = response.iter_text()
        while "Hello" not in received:
            received += next(parts)
        gate.open()  # only now may the backend go on
        received += "".join(parts)
    assert names(received)[-1] == "message_stop"


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize(
    ("status", "answered", "error_type"),
    [
        (400, 400, "invalid_request_error"),
        (429, 429, "rate_limit_error"),
        (500, 500, "api_error"),
        (503, 529, "overloaded_error"),
    ],
)
def test_a_refusal_of_the_backend_is_a_real_status(client, backend, streaming, status, answered, error_type):
    # protocol I215
    backend.script(error(status, "no"))
    response = client.post("/v1/messages", json=request(stream=streaming))
    assert_is_error(response, answered, error_type)


def test_an_error_in_the_first_chunk_is_a_real_status(client, backend):
    # protocol I216
    backend.script(stream({"error": {"code": 429, "message": "slow down"}}))
    assert_is_error(client.post("/v1/messages", json=request(stream=True)), 429, "rate_limit_error")


def test_a_json_error_with_status_200_is_a_real_status(client, backend):
    # protocol I214
    backend.script(whole({"error": {"code": 503, "message": "busy"}}))
    assert_is_error(client.post("/v1/messages", json=request(stream=True)), 529, "overloaded_error")


@pytest.mark.parametrize("end", [CUT, RESET])
def test_a_backend_that_breaks_off_becomes_an_error_event(client, backend, end):
    # protocol I217, I218
    chunks = text("Hello you").chunks(STREAMED)
    backend.script(stream(*chunks[:3], end=end))
    response = client.post("/v1/messages", json=request(stream=True))
    assert response.status_code == 200
    found = events(response.text)
    assert found[-1][0] == "error"
    assert found[-1][1]["error"]["type"] == "api_error"
    assert found[-1][1]["request_id"] == response.headers["request-id"]
    assert not {"content_block_stop", "message_delta", "message_stop"} & {name for name, _ in found}


def test_a_backend_that_breaks_off_before_it_began_is_a_bad_gateway(client, backend):
    backend.script(stream(end=CUT))
    assert_is_error(client.post("/v1/messages", json=request(stream=True)), 502, "api_error")


def test_a_backend_that_cannot_be_reached_is_a_bad_gateway(tmp_path):
    # protocol J238
    with Gateway(tmp_path, OPENAI_BASE_URL="http://127.0.0.1:1/v1") as gateway:
        response = httpx.post(
            f"{gateway.url}/v1/messages", json=request(), headers={"x-api-key": CLIENT_KEY}, trust_env=False
        )
    message = assert_is_error(response, 502, "api_error")
    assert "127.0.0.1" not in message


def test_silence_is_filled_with_comments_and_pings(tmp_path, backend):
    # protocol G175
    before, within = Gate(), Gate()
    chunks = text("Hello you").chunks(STREAMED)
    with Gateway(tmp_path, OPENAI_BASE_URL=backend.base_url, PING_SECONDS="1") as gateway:
        backend.script(stream(before, *chunks[:2], within, *chunks[2:], DONE))
        with (
            httpx.Client(headers={"x-api-key": CLIENT_KEY}, trust_env=False, timeout=30) as client,
            client.stream("POST", f"{gateway.url}/v1/messages", json=request(stream=True)) as response,
        ):
            received = ""
            parts = response.iter_text()
            while ": keepalive" not in received:
                received += next(parts)
            assert names(received) == []
            before.open()
            while received.count("event: ping") < 2:  # the first one follows message_start
                received += next(parts)
            within.open()
            received += "".join(parts)
    assert names(received)[-1] == "message_stop"


def test_a_completion_that_was_not_streamed_becomes_a_stream(client, backend):
    # protocol I213
    backend.script_with(lambda asked: whole(text("Hello").whole(asked)))
    found = names(client.post("/v1/messages", json=request(stream=True)).text)
    assert (found[0], found[-1]) == ("message_start", "message_stop")
    backend.reset()


def test_max_tokens_of_zero_asks_nobody(client, backend):
    # protocol B20
    message = client.post("/v1/messages", json=request(max_tokens=0)).json()
    assert (message["content"], message["stop_reason"], message["usage"]["output_tokens"]) == ([], "max_tokens", 0)
    assert not backend.requests


def test_reasoning_comes_before_the_tool_call(client, backend):
    backend.script(reasoning("Let me look", then=tool_call("Read", {"path": "a"})))
    found = events(client.post("/v1/messages", json=request(stream=True)).text)
    assert [data["content_block"]["type"] for name, data in found if name == "content_block_start"] == [
        "thinking",
        "tool_use",
    ]
