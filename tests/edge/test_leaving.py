"""Clients that leave: the backend's work ends with them."""

import httpx
import pytest

from tests.support.answers import text
from tests.support.messages import STREAMED, request
from tests.support.scripted_backend import HANG, Gate, Reply, stream

CHUNKS = text("Hello you").chunks(STREAMED)


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_leaving_before_the_backend_answers_closes_its_request(client, backend, streaming):
    # protocol G183
    gate = Gate()
    backend.script(Reply(before_head=gate, end=HANG))
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/messages", json=request(stream=streaming), timeout=0.5)
    (asked,) = backend.wait_for_requests(1)
    assert asked.abandoned.wait(1)


def leave_in_mid_stream(client, **headers):
    with client.stream("POST", "/v1/messages", json=request(stream=True), headers=headers) as response:
        received = ""
        parts = response.iter_text()
        while "Hello" not in received:
            received += next(parts)


def test_leaving_in_mid_stream_closes_the_backends_request(client, backend):
    # protocol G183
    backend.script(stream(*CHUNKS[:2], end=HANG))
    leave_in_mid_stream(client)
    (asked,) = backend.requests
    assert asked.abandoned.wait(1)


def test_the_row_of_a_client_that_left_says_so(client, backend, gateway):
    session = "session-of-one-that-left"
    backend.script(stream(*CHUNKS[:2], end=HANG))
    leave_in_mid_stream(client, **{"x-claude-code-session-id": session})
    (record,) = gateway.usage_records(1, session_id=session)
    assert (record["state"], record["estimated"]) == ("cancelled", True)
    assert record["input_tokens"] > 0
    assert record["output_tokens"] > 0
