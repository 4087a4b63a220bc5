"""A row per request, with what the backend reported, whatever became of it."""

import pytest

from tests.support.answers import text, usage
from tests.support.messages import request
from tests.support.scripted_backend import error


def asked(client, session, **fields):
    headers = {
        "x-claude-code-session-id": session,
        "x-claude-code-agent-id": "agent-1",
        "x-claude-code-parent-agent-id": "agent-0",
    }
    return client.post("/v1/messages", json=request(**fields), headers=headers)


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_the_row_of_an_answered_request_holds_what_the_backend_reported(client, backend, gateway, streaming):
    session = f"answered-{streaming}"
    backend.script(text("Hello", usage=usage(prompt=1000, completion=50, cached=800, reasoning=20)))
    response = asked(client, session, stream=streaming, model="claude-opus-5-5[1m]")
    (record,) = gateway.usage_records(1, session_id=session)
    assert record["id"].replace("-", "") == response.headers["request-id"].removeprefix("req_")
    assert {name: record[name] for name in record if name.endswith("_tokens")} == {
        "input_tokens": 200,
        "cache_read_input_tokens": 800,
        "cache_creation_input_tokens": 0,
        "cache_creation_1h_input_tokens": 0,
        "output_tokens": 50,
        "thinking_tokens": 20,
        "saved_input_tokens": 0,
    }
    assert (record["kind"], record["parent_request"]) == ("message", None)
    assert (record["state"], record["estimated"], record["stop_reason"]) == ("closed", False, "end_turn")
    assert (record["requested_model"], record["routed_model"], record["stream"]) == (
        "claude-opus-5-5[1m]",
        "big",
        streaming,
    )
    assert (record["agent_id"], record["parent_agent_id"]) == ("agent-1", "agent-0")
    assert record["http_status"] == 200
    assert record["duration_ms"] >= record["time_to_first_token_ms"] >= 0


def test_the_row_of_a_refused_request_says_why(client, backend, gateway):
    backend.script(error(429, "slow down"))
    asked(client, "refused", stream=True)
    (record,) = gateway.usage_records(1, session_id="refused")
    assert (record["state"], record["http_status"], record["error_type"]) == ("failed", 429, "rate_limit_error")


def test_a_bad_request_of_a_known_client_has_a_row_without_tokens(client, gateway):
    asked(client, "bad", messages=[])
    (record,) = gateway.usage_records(1, session_id="bad")
    assert (record["state"], record["http_status"], record["error_type"]) == ("failed", 400, "invalid_request_error")
    assert record["input_tokens"] == record["output_tokens"] == 0


def test_the_id_of_the_request_is_the_backends_too(client, backend):
    backend.script(text("Hello"))
    response = client.post("/v1/messages", json=request())
    assert backend.requests[0].headers["x-request-id"] == response.headers["request-id"]
