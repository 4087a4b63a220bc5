"""What stands around a backend's answer: what comes after its end, and headers that are about its own account."""

import pytest

from tests.support.answers import text
from tests.support.messages import STREAMED, events, names, request
from tests.support.scripted_backend import DONE, error, stream, whole

LATE = [
    pytest.param({"choices": [{"index": 0, "delta": {"content": "late"}, "finish_reason": None}]}, id="content"),
    pytest.param({"error": {"code": 500, "message": "late"}}, id="an error"),
    pytest.param(b"data: {no JSON", id="no JSON"),
]


@pytest.mark.parametrize("late", LATE)
def test_what_comes_after_the_end_mark_is_ignored(client, backend, late):
    # protocol I211
    backend.script(stream(*text("Hello you").chunks(STREAMED), DONE, late))
    response = client.post("/v1/messages", json=request(stream=True))
    assert names(response.text)[-1] == "message_stop"
    shown = [data["delta"] for name, data in events(response.text) if name == "content_block_delta"]
    assert "".join(delta["text"] for delta in shown) == "Hello you"


LIMITS = {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-reset": "1800000000",
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
}


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("refused", [True, False], ids=["refused", "answered"])
def test_limits_of_the_backends_own_account_are_not_passed_on(client, backend, refused, streaming):
    # protocol J247
    def reply(asked):
        if refused:
            return error(429, "slow down", headers=LIMITS)
        answer = text("Hello")
        return (
            stream(*answer.chunks(asked), DONE, headers=LIMITS)
            if streaming
            else whole(answer.whole(asked), 200, LIMITS)
        )

    backend.script_with(reply)
    response = client.post("/v1/messages", json=request(stream=streaming))
    assert response.status_code == (429 if refused else 200)
    assert not [name for name in response.headers if "unified" in name]
