"""The service in front of a real server that nobody here wrote: the wire of llama.cpp, not our idea of it.

The server also speaks the Messages API. Its answer there to the same request is the judge of ours, and the tokens of
its prompt tell whether the model was given the same to read.
"""

import json

import anthropic
import httpx
import pytest

from tests.support.claude_code import ClaudeCode
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.llama_cpp import MODEL, LlamaCpp
from tests.support.rows import backend_rows, load
from tests.support.tiny_model import ANSWER, THOUGHT

pytestmark = pytest.mark.full

DIALECTS = {"known": "llamacpp", "unknown": "generic"}
"""The same server as two backends: as what it is, and as any of the OpenAI kind."""

QUESTION = {"role": "user", "content": "What is the weather in Graz?"}
INPUT = {"place": "Graz", "days": 42}
SCHEMA = {
    "type": "object",
    "properties": {"place": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["place", "days"],
    "additionalProperties": False,
}
WEATHER = {"name": "weather", "description": "The weather of a place", "input_schema": SCHEMA}
FORCED = {"tools": [WEATHER], "tool_choice": {"type": "any"}}
CALLED = [
    QUESTION,
    {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": INPUT}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"}]},
]
CALLED_TWICE = [
    QUESTION,
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "I look it up."},
            {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": INPUT},
            {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {"place": "Wien", "days": 1}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "rain"}]},
            {"type": "tool_result", "tool_use_id": "toolu_2", "content": "sun"},
            {"type": "text", "text": "And?"},
        ],
    },
]
REQUESTS = [
    pytest.param({}, id="text"),
    pytest.param({"system": "Be brief."}, id="system"),
    pytest.param({"tools": [WEATHER]}, id="tools that are not called"),
    pytest.param(FORCED, id="a forced call"),
    pytest.param({"messages": CALLED, "tools": [WEATHER]}, id="a result"),
    pytest.param({"messages": CALLED_TWICE, "tools": [WEATHER]}, id="two results and a text"),
    pytest.param({"stop_sequences": [" tiny"]}, id="a stop sequence"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LlamaCpp(tmp_path_factory.mktemp("llama_cpp")) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(server, tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), OPENAI_BASE_URL=server.base_url)
    for name, dialect in DIALECTS.items():
        load(gateway, *backend_rows(name, server.base_url, MODEL, dialect=dialect, is_offered=True))
    with gateway:
        yield gateway


@pytest.fixture(params=DIALECTS)
def model(request):
    return f"{request.param}/{MODEL}"


@pytest.fixture
def client(gateway):
    with anthropic.Anthropic(base_url=gateway.url, api_key=CLIENT_KEY, max_retries=0) as client:
        yield client


def asked(model, **fields):
    return {"model": model, "max_tokens": 300, "messages": [QUESTION], **fields}


def blocks(message):
    """The content of a message as JSON, without what is new in each."""
    return [{name: block[name] for name in block.keys() - {"id", "signature"}} for block in message["content"]]


def prompt_tokens(usage):
    return usage["input_tokens"] + usage["cache_read_input_tokens"]


@pytest.mark.parametrize("fields", REQUESTS)
def test_it_answers_as_the_server_does_itself(client, server, model, fields):
    judge = httpx.post(f"{server.url}/v1/messages", json=asked("any", **fields), trust_env=False).json()
    message = client.messages.create(**asked(model, **fields)).to_dict()
    assert blocks(message) == blocks(judge)
    assert message["stop_reason"] == judge["stop_reason"]
    assert prompt_tokens(message["usage"]) == prompt_tokens(judge["usage"])
    assert message["usage"]["output_tokens"] == judge["usage"]["output_tokens"]


@pytest.mark.parametrize("fields", REQUESTS)
def test_it_streams_what_it_creates(client, model, fields):
    # protocol G165
    created = client.messages.create(**asked(model, **fields)).to_dict()
    with client.messages.stream(**asked(model, **fields)) as opened:
        streamed = opened.get_final_message().to_dict()
    assert blocks(streamed) == blocks(created)
    assert streamed["stop_reason"] == created["stop_reason"]
    assert prompt_tokens(streamed["usage"]) == prompt_tokens(created["usage"])
    assert streamed["usage"]["output_tokens"] == created["usage"]["output_tokens"]


def test_it_streams_thoughts_and_words_as_they_come_and_what_a_local_model_calls_in_one_piece(client, model):
    # protocol G168, H184
    parts = {"thinking_delta": [], "text_delta": [], "input_json_delta": []}
    for event in client.messages.create(**asked(model, **FORCED), stream=True):
        if event.type == "content_block_delta" and event.delta.type in parts:
            parts[event.delta.type].append(event.delta)
    assert [delta.thinking for delta in parts["thinking_delta"]] == list(THOUGHT)
    assert [delta.text for delta in parts["text_delta"]] == list(ANSWER)
    fragments = [delta.partial_json for delta in parts["input_json_delta"]]
    assert (len(fragments) == 1) == model.startswith("known")
    assert json.loads("".join(fragments)) == INPUT


@pytest.mark.parametrize(("name", "spared"), [("known", True), ("unknown", False)])
def test_it_shows_no_thoughts_to_a_client_that_wants_none(client, name, spared):
    # protocol B29, F142
    message = client.messages.create(**asked(f"{name}/{MODEL}", thinking={"type": "disabled"}))
    assert [block.text for block in message.content] == ["".join(ANSWER)]
    assert (message.usage.output_tokens < len(THOUGHT) + len(ANSWER)) == spared


def test_it_keeps_the_answer_to_a_schema(client, model):
    # protocol B34
    message = client.messages.create(
        **asked(model, output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
    )
    assert json.loads(message.content[-1].text) == INPUT


def test_it_tells_that_the_answer_was_cut(client, model):
    # protocol F131
    message = client.messages.create(**asked(model, max_tokens=10))
    assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 10)
    assert "".join(ANSWER).startswith(message.content[-1].text)


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_it_counts_the_tokens_of_a_prompt_that_is_too_long(client, server, model, streaming):
    # protocol J226
    long = [{"role": "user", "content": "a" * 2 * server.context}]
    with pytest.raises(anthropic.BadRequestError) as refused:
        client.messages.create(**asked(model, messages=long), stream=streaming)
    tokens = 2 * server.context + 2  # and the marks of the two speakers
    assert refused.value.body["error"]["message"] == f"prompt is too long: {tokens} tokens > {server.context} maximum"


def test_the_next_turn_finds_the_last_one_in_the_servers_cache(client, model):
    # protocol D100
    first = client.messages.create(**asked(model, system=f"For {model} only.")).to_dict()
    turns = [QUESTION, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": "And?"}]
    second = client.messages.create(**asked(model, system=f"For {model} only.", messages=turns))
    assert second.usage.cache_read_input_tokens >= prompt_tokens(first["usage"])


def test_it_knows_the_window_of_the_model(client, server):
    # protocol K251
    def window():
        return {found.id: found.max_input_tokens for found in client.models.list()}.get(f"claude-gw/{MODEL}")

    eventually(lambda: window() == server.context, 30, lambda: f"the window is {window()}")


def test_the_real_client_talks_to_it(claude_code, tmp_path):
    with LlamaCpp(tmp_path, context=131_072) as server, Gateway(tmp_path, OPENAI_BASE_URL=server.base_url) as gateway:
        run = ClaudeCode(tmp_path, gateway.url, CLIENT_KEY).run("Who are you?")
    assert run.text == "".join(ANSWER)
    assert [block["thinking"] for block in run.blocks("thinking")] == ["".join(THOUGHT)]
