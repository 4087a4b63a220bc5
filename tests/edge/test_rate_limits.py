"""The backend's rate limits reach the client, with a reply and with an error."""

from datetime import UTC, datetime

import pytest

from tests.support.messages import request
from tests.support.scripted_backend import error, stream, whole

LIMITS = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "7",
    "x-ratelimit-reset-tokens": "1m0s",
    "anthropic-ratelimit-unified-status": "allowed",
}
HELLO = {"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]}
WHOLE = {"choices": [{"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    ("reply", "streaming"),
    [
        pytest.param(stream(HELLO, headers=LIMITS), True, id="streamed"),
        pytest.param(whole(WHOLE, headers=LIMITS), False, id="whole"),
        pytest.param(error(400, "No", headers=LIMITS), True, id="an error"),
    ],
)
def test_limits_are_told_in_the_words_of_the_messages_api(client, backend, reply, streaming):
    # protocol J247
    backend.script(reply)
    headers = client.post("/v1/messages", json=request(stream=streaming)).headers
    told = {name: value for name, value in headers.items() if "ratelimit" in name}
    reset = datetime.fromisoformat(told.pop("anthropic-ratelimit-tokens-reset"))
    assert 0 < (reset - datetime.now(UTC)).total_seconds() <= 60
    assert told == {"anthropic-ratelimit-requests-limit": "60", "anthropic-ratelimit-requests-remaining": "7"}
