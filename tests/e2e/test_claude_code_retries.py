"""What the real client tries again, and that it then succeeds: the service tells it when, and how it may."""

import pytest

from tests.support.answers import text
from tests.support.scripted_backend import CUT, error, stream

pytestmark = pytest.mark.full


@pytest.fixture
def patient(claude):
    claude.environment["CLAUDE_CODE_MAX_RETRIES"] = "2"
    return claude


@pytest.mark.parametrize(
    "failure",
    [
        error(429, "Rate limit reached", headers={"retry-after": "1"}),
        error(503, "no capacity", headers={"retry-after": "1"}),
        error(500, "it broke"),
        stream({"error": {"code": 429, "message": "slow down"}}),
        stream(end=CUT),
    ],
    ids=["rate limit", "overloaded", "server error", "rate limit within the stream", "cut before the first word"],
)
def test_it_succeeds_after_a_failure(patient, backend, wiretap, failure):
    # protocol I216, J234, J236
    backend.script(failure, text("Forty-two."))
    assert patient.run("What is the answer?").text == "Forty-two."
    assert len(backend.requests) == 2
    assert backend.requests[0].json == backend.requests[1].json


def test_it_does_not_insist_where_that_cannot_help(patient, backend):
    # protocol J233
    backend.script(error(429, "You exceeded your current quota", code="insufficient_quota"))
    assert patient.run("What is the answer?").result["is_error"]
    assert len(backend.requests) == 1
