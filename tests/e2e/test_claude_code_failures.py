"""The real client lives through what backends do wrong, or tells its user what it was."""

import pytest

from tests.support.answers import text
from tests.support.scripted_backend import CUT, RESET, error, stream

pytestmark = pytest.mark.full

BEGUN = {"choices": [{"index": 0, "delta": {"content": "The answer is"}, "finish_reason": None}]}


@pytest.mark.parametrize("end", [CUT, RESET], ids=["cut", "reset"])
def test_it_asks_again_without_a_stream_when_a_stream_breaks(claude, backend, end):
    # protocol I218
    backend.script(stream(BEGUN, end=end), text("Forty-two."))
    assert claude.run("What is the answer?").text == "Forty-two."
    assert len(backend.requests) == 2


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (error(429, "Rate limit reached for big", headers={"retry-after": "300"}), "Rate limit reached for big"),
        (error(402, "You have no credits"), "credits"),
        (error(401, "Incorrect API key provided"), "backend"),
    ],
    ids=["rate limit", "no credits", "a wrong key of the backend"],
)
def test_it_tells_the_user_what_the_backend_refused(claude, backend, failure, told):
    # protocol J232, J233, J234
    backend.script_with(lambda request: failure)
    result = claude.run("What is the answer?").result
    assert result["is_error"]
    assert told in result["result"]


def test_it_lets_the_client_compact_a_conversation_that_is_too_long(claude, backend):
    # protocol J226
    overflow = error(400, "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.")
    backend.script(text("Forty-two."), text("Because of the mice."))
    claude.run("What is the answer?")
    claude.run("Why?", "--continue")
    backend.script(overflow, text("<summary>They asked for the answer, and why.</summary>"), text("So it is."))
    assert claude.run("Really?", "--continue").text == "So it is."

    summary = backend.requests[-2].json
    assert (summary["tool_choice"], bool(summary["tools"])) == ("none", True)
    compacted = str(backend.requests[-1].json["messages"])
    assert "They asked for the answer, and why." in compacted
    assert "Forty-two." not in compacted
