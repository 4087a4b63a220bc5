"""A backend that is asked through the Responses API, over real sockets: the client sees no difference."""

import httpx
import pytest

from tests.conversion.request.responses_judge import judge
from tests.support.answers import reasoning, text, tool_call, usage
from tests.support.gateway import CLIENT_KEY
from tests.support.grammar import assert_grammatical, read_events
from tests.support.messages import assert_is_error, request
from tests.support.responses_answers import SEALED, through_responses
from tests.support.responses_service import responses_service
from tests.support.scripted_backend import error

TOOLS = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}]


@pytest.fixture(scope="module")
def switched(backend_process, tmp_path_factory):
    with responses_service(tmp_path_factory.mktemp("responses"), backend_process) as gateway:
        yield gateway


@pytest.fixture
def client(switched):
    with httpx.Client(base_url=switched.url, headers={"x-api-key": CLIENT_KEY}, timeout=30, trust_env=False) as client:
        yield client


def asked(client, messages, **fields):
    fields = {"tools": TOOLS, "output_config": {"effort": "high"}, "thinking": {"type": "adaptive"}, **fields}
    return client.post("/v1/messages", json=request(messages=messages, **fields))


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_a_text_is_answered(client, backend, streaming):
    backend.script(through_responses(text("Hello you")))
    response = asked(client, [{"role": "user", "content": "Hello"}], stream=streaming)
    assert "Hello" in response.text
    (sent,) = backend.requests
    assert sent.path == "/v1/responses"
    judge(sent.json)
    if streaming:
        assert_grammatical(read_events(response.content))


def test_reasoning_comes_back_with_the_result_of_the_call(client, backend):
    backend.script(through_responses(reasoning("Let me look", then=tool_call("Bash", {"command": "ls"}, id="call_1"))))
    messages = [{"role": "user", "content": "What is there?"}]
    answered = asked(client, messages).json()
    assert [block["type"] for block in answered["content"]] == ["thinking", "tool_use"]
    assert answered["stop_reason"] == "tool_use"

    backend.script(through_responses(text("A file")))
    result = {"type": "tool_result", "tool_use_id": answered["content"][-1]["id"], "content": "a.txt"}
    messages += [{"role": "assistant", "content": answered["content"]}, {"role": "user", "content": [result]}]
    assert asked(client, messages).json()["content"][0]["text"] == "A file"
    first, second = (sent.json for sent in backend.requests)
    judge(second)
    assert second["reasoning"] == {"effort": "high", "summary": "auto"}
    assert second["input"][: len(first["input"])] == first["input"]
    thought, called, returned = second["input"][len(first["input"]) :]
    assert (thought["type"], thought["encrypted_content"]) == ("reasoning", SEALED)
    assert (called["type"], called["call_id"]) == ("function_call", "call_1")
    assert returned == {"type": "function_call_output", "call_id": "call_1", "output": "a.txt"}


def test_what_the_backend_reported_is_booked(client, backend, switched):
    backend.script(through_responses(text("Hello", usage=usage(prompt=1000, completion=50, cached=800, reasoning=20))))
    session = {"x-claude-code-session-id": "booked"}
    client.post("/v1/messages", json=request(), headers=session)
    (record,) = switched.usage_records(1, session_id="booked")
    figures = ("input_tokens", "cache_read_input_tokens", "output_tokens", "thinking_tokens", "estimated")
    assert [record[name] for name in figures] == [200, 800, 50, 20, False]


def test_a_refusal_of_the_backend_is_a_real_status(client, backend):
    backend.script(error(429, "slow down"))
    assert_is_error(asked(client, [{"role": "user", "content": "Hello"}]), 429, "rate_limit_error")
