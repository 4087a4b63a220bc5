"""The official TypeScript client, which Claude Code is built on, finds in the service what it finds in the real API."""

import pytest

from tests.support.answers import reasoning, text, tool_call, usage
from tests.support.gateway import CLIENT_KEY
from tests.support.messages import STREAMED, request
from tests.support.scripted_backend import CUT, HANG, error, stream
from tests.support.typescript_sdk import Thrown, TypeScriptClient

pytestmark = pytest.mark.full

CREATE = "return await client.messages.create(request)"
FINAL_MESSAGE = "return await client.messages.stream(request).finalMessage()"
WEATHER = {
    "name": "weather",
    "description": "The weather of a place",
    "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
}


@pytest.fixture
def client(gateway):
    return TypeScriptClient(gateway.url, CLIENT_KEY)


def comparable(message):
    """A message without what is new in each, and what the client adds to some."""
    blocks = [{name: block[name] for name in block.keys() - {"id", "signature"}} for block in message["content"]]
    return {**{name: message[name] for name in message.keys() - {"id", "parsed_output"}}, "content": blocks}


@pytest.mark.parametrize(
    "answer",
    [
        text("Sunny, 20 degrees. 🎉", usage=usage(prompt=100, completion=20, cached=60)),
        text("Sunny, 20", finish_reason="length"),
        tool_call("weather", {"place": "Graz", "days": [1, 2]}, id="call_1"),
        reasoning("They mean Graz in Styria.", then=text("Sunny.")),
    ],
    ids=["text", "cut by max_tokens", "tool call", "reasoning"],
)
def test_it_streams_the_very_message_that_it_creates(client, backend, answer):
    # protocol G165
    backend.script(answer, answer)
    asked = request("What is the weather in Graz?", tools=[WEATHER])
    created, streamed = client.run(CREATE, request=asked), client.run(FINAL_MESSAGE, request=asked)
    assert comparable(streamed) == comparable(created)
    assert created["model"] == asked["model"]
    assert created["content"]


def test_it_tells_of_each_part_of_a_stream(client, backend):
    # protocol G163, G168
    backend.script(reasoning("They mean Graz.", then=text("Sunny, 20 degrees.")))
    script = """
        const heard = { text: "", thinking: "", blocks: [] };
        await client.messages.stream(request)
            .on("text", (delta) => { heard.text += delta })
            .on("thinking", (delta) => { heard.thinking += delta })
            .on("contentBlock", (block) => { heard.blocks.push(block.type) })
            .done();
        return heard"""
    assert client.run(script, request=request("What is the weather in Graz?")) == {
        "text": "Sunny, 20 degrees.",
        "thinking": "They mean Graz.",
        "blocks": ["thinking", "text"],
    }


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_its_tool_runner_runs_a_tool(client, backend, streaming):
    # protocol D68, F126
    backend.script(tool_call("weather", {"place": "Graz"}), text("It rains in Graz."))
    script = """
        const run = async ({ place }) => `rain in ${place}`;
        const runner = client.beta.messages.toolRunner({ ...request, tools: [{ ...weather, run }] });
        return await runner.runUntilDone()"""
    asked = request("What is the weather in Graz?", stream=streaming)
    assert client.run(script, request=asked, weather=WEATHER)["content"][0]["text"] == "It rains in Graz."
    called, returned = backend.requests[1].json["messages"][-2:]
    identifier = called["tool_calls"][0]["id"]
    assert returned == {"role": "tool", "tool_call_id": identifier, "content": "rain in Graz"}


def test_it_reads_an_answer_by_its_schema(client, backend):
    # protocol B34
    backend.script(text('{"place": "Graz", "days": 2}'))
    script = """
        const { jsonSchemaOutputFormat } = require("@anthropic-ai/sdk/helpers/json-schema");
        const output_config = { format: jsonSchemaOutputFormat(schema) };
        return (await client.messages.parse({ ...request, output_config })).parsed_output"""
    schema = {**WEATHER["input_schema"], "additionalProperties": False}
    assert client.run(script, request=request("Where?"), schema=schema) == {"place": "Graz", "days": 2}
    assert backend.requests[0].json["response_format"]["type"] == "json_schema"


def test_it_counts_tokens(client):
    # protocol K248
    script = "return await client.messages.countTokens({ model: request.model, messages: request.messages })"
    assert client.run(script, request=request())["input_tokens"] >= 1


def test_it_pages_through_the_models(client):
    # protocol K251, K252
    script = """
        const found = [];
        for await (const model of client.models.list({ limit: 2 })) found.push(model.id);
        return found"""
    found = client.run(script)
    assert len(found) > 2
    assert len(set(found)) == len(found)


FAILURES = [
    pytest.param(
        error(400, "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."),
        ("BadRequestError", 400, "invalid_request_error"),
        id="overflow",
    ),
    pytest.param(error(402, "no credits"), ("PaymentRequiredError", 402, "billing_error"), id="no credit"),
    pytest.param(error(429, "slow down"), ("RateLimitError", 429, "rate_limit_error"), id="rate limit"),
    pytest.param(error(500, "it broke"), ("InternalServerError", 500, "api_error"), id="server error"),
    pytest.param(error(503, "no capacity"), ("OverloadedError", 529, "overloaded_error"), id="overloaded"),
]


@pytest.mark.parametrize("script", [CREATE, FINAL_MESSAGE], ids=["whole", "streamed"])
@pytest.mark.parametrize(("failure", "expected"), FAILURES)
def test_it_turns_failures_of_the_backend_into_the_right_exception(client, backend, script, failure, expected):
    # protocol I215, J226, J233, J234, J236
    backend.script_with(lambda asked: failure)
    with pytest.raises(Thrown) as thrown:
        client.run(script, request=request())
    assert (thrown.value.name, thrown.value.status, thrown.value.type) == expected


def test_it_throws_when_the_backend_dies_in_the_middle(client, backend):
    # protocol I218
    chunk = {"choices": [{"index": 0, "delta": {"content": "Sun"}, "finish_reason": None}]}
    backend.script_with(lambda asked: stream(chunk, end=CUT))
    with pytest.raises(Thrown):
        client.run(FINAL_MESSAGE, request=request())


def test_its_abort_reaches_the_backend(client, backend):
    # protocol G183
    backend.script(stream(*text("Hello you").chunks(STREAMED)[:2], end=HANG))
    script = """
        const stream = client.messages.stream(request);
        stream.on("text", () => stream.abort());
        await stream.done()"""
    with pytest.raises(Thrown, match="APIUserAbortError"):
        client.run(script, request=request())
    assert backend.requests[0].abandoned.wait(5)


def test_it_refuses_a_wrong_key(gateway):
    # protocol A3
    with pytest.raises(Thrown) as thrown:
        TypeScriptClient(gateway.url, "not-a-key").run(CREATE, request=request())
    assert (thrown.value.name, thrown.value.type) == ("AuthenticationError", "authentication_error")
