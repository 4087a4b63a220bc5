"""The real client talks through the service: plain turns, and conversations that go on."""

import pytest

from tests.support.answers import text, usage
from tests.support.scripted_backend import error

pytestmark = pytest.mark.full


def test_it_prints_the_answer_after_a_single_request(claude, backend, wiretap):
    backend.script(text("Grüße, it is forty-two. 🎉"))
    assert claude.run("What is the answer?").text == "Grüße, it is forty-two. 🎉"

    # A refusal would make the client try again with one of its features less, and less, until it is accepted.
    (exchange,) = wiretap.exchanges
    assert exchange.status == 200
    assert "advanced-tool-use" in exchange.headers["anthropic-beta"]
    (request,) = backend.requests
    assert (request.json["model"], request.json["stream"]) == ("big", True)


@pytest.mark.parametrize(("alias", "model"), [("opus", "big"), ("sonnet", "middle"), ("haiku", "small")])
def test_it_asks_the_model_of_the_tier(claude, backend, alias, model):
    backend.script(text("Hello."))
    claude.run("Hello?", "--model", alias)
    assert backend.requests[0].json["model"] == model


def test_it_only_appends_to_a_conversation_that_goes_on(claude, backend):
    """Backends keep a prefix of the prompt in their caches; one changed byte would cost all of it."""
    # protocol D100
    backend.script(text("Forty-two."), text("Because of the mice."))
    claude.run("What is the answer?")
    assert claude.run("Why?", "--continue").text == "Because of the mice."

    first, second = (request.json for request in backend.requests)
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert second["messages"][len(first["messages"])]["content"] == "Forty-two."
    assert second["tools"] == first["tools"]


def test_it_shows_its_context_with_tokens_counted_by_the_service(claude, backend, wiretap):
    # protocol K248
    assert "Context Usage" in claude.run("/context").text
    assert {(exchange.path, exchange.status) for exchange in wiretap.exchanges} == {
        ("/v1/messages/count_tokens?beta=true", 200)
    }
    assert backend.requests == []


def test_it_shows_the_tokens_that_the_backend_reported(claude, backend):
    # protocol F151
    backend.script(text("Forty-two.", usage=usage(prompt=9000, completion=20, cached=8000)))
    used = claude.run("What is the answer?").result["usage"]
    assert (used["input_tokens"], used["cache_read_input_tokens"], used["output_tokens"]) == (1000, 8000, 20)


def test_it_tells_that_the_prompt_is_too_long(claude, backend):
    # protocol J226
    overflow = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
    backend.script_with(lambda request: error(400, overflow, code="context_length_exceeded"))
    result = claude.run("What is the answer?").result
    assert result["is_error"]
    assert "prompt is too long" in result["result"].lower()
