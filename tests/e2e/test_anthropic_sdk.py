"""The official Anthropic client finds in the service what it finds in the real API."""

import anthropic
import pytest

from tests.support.answers import reasoning, text, tool_call, usage
from tests.support.gateway import CLIENT_KEY
from tests.support.scripted_backend import CUT, error, stream

MODEL = "claude-opus-5-5"
QUESTION = {"role": "user", "content": "What is the weather in Graz?"}
WEATHER = {
    "name": "weather",
    "description": "The weather of a place",
    "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
}


@pytest.fixture
def client(gateway):
    with anthropic.Anthropic(base_url=gateway.url, api_key=CLIENT_KEY, max_retries=0) as client:
        yield client


def ask(client, **parameters):
    return client.messages.create(**{"model": MODEL, "max_tokens": 500, "messages": [QUESTION], **parameters})


def final_message(client, **parameters):
    with client.messages.stream(**{"model": MODEL, "max_tokens": 500, "messages": [QUESTION], **parameters}) as opened:
        return opened.get_final_message()


def test_it_creates_a_message(client, backend):
    backend.script(text("Sunny, 20 degrees.", usage=usage(prompt=100, completion=20, cached=60)))
    message = ask(client)
    assert [(block.type, block.text) for block in message.content] == [("text", "Sunny, 20 degrees.")]
    assert (message.model, message.stop_reason, message.role) == (MODEL, "end_turn", "assistant")
    used = message.usage
    assert (used.input_tokens, used.cache_read_input_tokens, used.output_tokens) == (40, 60, 20)


def test_it_streams_the_text_as_it_comes(client, backend):
    backend.script(text("Sunny, 20 degrees."))
    with client.messages.stream(model=MODEL, max_tokens=500, messages=[QUESTION]) as opened:
        assert "".join(opened.text_stream) == "Sunny, 20 degrees."
        assert opened.get_final_message().stop_reason == "end_turn"


@pytest.mark.parametrize(
    "answer",
    [
        text("Sunny, 20 degrees."),
        text("Sunny, 20", finish_reason="length"),
        tool_call("weather", {"place": "Graz", "days": [1, 2]}, id="call_1"),
        reasoning("They mean Graz in Styria.", then=text("Sunny.")),
    ],
    ids=["text", "cut by max_tokens", "tool call", "reasoning"],
)
def test_it_streams_the_very_message_that_it_creates(client, backend, answer):
    # protocol G165
    backend.script(answer, answer)
    created, streamed = ask(client, tools=[WEATHER]), final_message(client, tools=[WEATHER])
    assert comparable(streamed) == comparable(created)


def comparable(message):
    """A message without what is new in each."""
    blocks = [block.model_dump(exclude={"id", "signature"}) for block in message.content]
    return {**message.model_dump(exclude={"id", "content"}), "content": blocks}


@pytest.mark.parametrize("answered", [ask, final_message], ids=["whole", "streamed"])
def test_it_carries_a_tool_call_there_and_back(client, backend, answered):
    # protocol D68, F126
    backend.script(tool_call("weather", {"place": "Graz"}), text("It rains in Graz."))
    asked = answered(client, tools=[WEATHER])
    (call,) = asked.content
    assert (asked.stop_reason, call.name, call.input) == ("tool_use", "weather", {"place": "Graz"})

    result = {"type": "tool_result", "tool_use_id": call.id, "content": "rain"}
    turns = [QUESTION, {"role": "assistant", "content": asked.content}, {"role": "user", "content": [result]}]
    assert answered(client, tools=[WEATHER], messages=turns).content[0].text == "It rains in Graz."
    called, returned = backend.requests[1].json["messages"][-2:]
    assert returned == {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"], "content": "rain"}


def test_it_shows_reasoning_as_thinking(client, backend):
    # protocol F137
    backend.script(reasoning("They mean Graz in Styria.", then=text("Sunny.")))
    thinking, answer = ask(client, thinking={"type": "adaptive"}).content
    assert (thinking.type, thinking.thinking, answer.text) == ("thinking", "They mean Graz in Styria.", "Sunny.")
    assert thinking.signature


def test_it_counts_tokens_without_asking_the_backend(client, backend):
    # protocol K248, K250
    plain = client.messages.count_tokens(model=MODEL, messages=[QUESTION]).input_tokens
    with_tool = client.messages.count_tokens(model=MODEL, messages=[QUESTION], tools=[WEATHER]).input_tokens
    assert 1 <= plain < with_tool
    assert backend.requests == []


def test_it_lists_models_that_it_also_describes(client):
    # protocol K251, K253
    listed = list(client.models.list(limit=1))
    assert {model.type for model in listed} == {"model"}
    assert all(client.models.retrieve(model.id).display_name == model.display_name for model in listed)


def test_it_gives_each_reply_an_id_for_questions(client, backend):
    backend.script(text("Sunny."))
    assert ask(client)._request_id.startswith("req_")


async def test_it_serves_the_asynchronous_client(gateway, backend):
    backend.script(text("Sunny."), text("Sunny."))
    async with anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=CLIENT_KEY, max_retries=0) as client:
        message = await ask(client)
        async with client.messages.stream(model=MODEL, max_tokens=500, messages=[QUESTION]) as opened:
            assert (await opened.get_final_message()).content[0].text == message.content[0].text == "Sunny."


def test_it_refuses_a_wrong_key(gateway):
    # protocol A3
    stranger = anthropic.Anthropic(base_url=gateway.url, api_key="not-a-key", max_retries=0)
    with stranger, pytest.raises(anthropic.AuthenticationError) as refused:
        ask(stranger)
    assert refused.value.type == "authentication_error"


@pytest.mark.parametrize(
    ("parameters", "named"),
    [({"messages": []}, "messages"), ({"max_tokens": -1}, "max_tokens"), ({"messages": [{"role": "x"}]}, "messages")],
    ids=["no messages", "a negative max_tokens", "an unknown role"],
)
def test_it_names_what_is_wrong_in_a_request(client, backend, parameters, named):
    # protocol A8
    with pytest.raises(anthropic.BadRequestError, match=named) as refused:
        ask(client, **parameters)
    assert refused.value.type == "invalid_request_error"
    assert backend.requests == []


FAILURES = [
    pytest.param(
        error(400, "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."),
        anthropic.BadRequestError,
        r"prompt is too long: \d+ tokens > 8192 maximum",
        id="overflow",
    ),
    pytest.param(error(400, "logit_bias is wrong"), anthropic.BadRequestError, "logit_bias is wrong", id="bad request"),
    pytest.param(
        error(429, "slow down", headers={"retry-after": "7"}), anthropic.RateLimitError, "slow down", id="rate limit"
    ),
    pytest.param(error(503, "no capacity"), anthropic.OverloadedError, None, id="overloaded"),
    pytest.param(error(500, "it broke"), anthropic.InternalServerError, None, id="server error"),
]


@pytest.mark.parametrize("answered", [ask, final_message], ids=["whole", "streamed"])
@pytest.mark.parametrize(("failure", "exception", "explained"), FAILURES)
def test_it_turns_failures_of_the_backend_into_the_right_exception(
    client, backend, answered, failure, exception, explained
):
    # protocol I215, J226, J234, J236
    backend.script_with(lambda request: failure)
    with pytest.raises(exception, match=explained):
        answered(client)


def test_it_raises_when_the_backend_dies_in_the_middle(client, backend):
    # protocol I218: a message that is not whole must not look whole
    chunk = {"choices": [{"index": 0, "delta": {"content": "Sun"}, "finish_reason": None}]}
    backend.script_with(lambda request: stream(chunk, end=CUT))
    with pytest.raises(anthropic.APIStatusError):
        final_message(client)
