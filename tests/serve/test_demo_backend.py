"""The demo backend: as OpenAI's own client sees it, and what it says to what."""

import json

import openai
import pytest

from proxysite.demo.completions import chunks, complete, whole
from proxysite.demo.server import start_beside

BASH = {
    "type": "function",
    "function": {
        "name": "Bash",
        "parameters": {
            "type": "object",
            "properties": {
                "command": {"type": "string"},
                "description": {"type": "string"},
                "timeout": {"type": "integer"},
            },
            "required": ["description", "command"],
        },
    },
}
READ = {
    "type": "function",
    "function": {
        "name": "Read",
        "parameters": {
            "type": "object",
            "properties": {"file_path": {"type": "string"}, "limit": {"type": "integer", "minimum": 1}},
            "required": ["file_path", "limit"],
        },
    },
}


def request(prompt, **fields):
    return {"model": "demo", "messages": [{"role": "user", "content": prompt}], **fields}


def message(prompt, **fields):
    return whole(complete(request(prompt, **fields)))["choices"][0]["message"]


def calls(prompt, **fields):
    made = message(prompt, **fields).get("tool_calls", ())
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in made]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param(
            "Please run `ls -l`", [("Bash", {"description": "Please run `ls -l`", "command": "ls -l"})], id="run"
        ),
        pytest.param("read `README.md`", [("Read", {"file_path": "README.md", "limit": 1})], id="read"),
        pytest.param(
            'Use the Read tool on "a.txt"', [("Read", {"file_path": "a.txt", "limit": 1})], id="a tool by name"
        ),
        pytest.param(
            "use the Bash tool",
            [("Bash", {"description": "use the Bash tool", "command": "pwd"})],
            id="nothing to run: something harmless",
        ),
        pytest.param("What does run mean?", [], id="no request"),
        pytest.param("use the Edit tool", [], id="a tool that is not offered"),
    ],
)
def test_it_calls_tools_when_told_to(prompt, expected):
    assert calls(prompt, tools=[BASH, READ]) == expected


def test_it_calls_a_tool_once_for_each_command():
    assert [arguments["command"] for _, arguments in calls("run `ls` and `pwd`", tools=[BASH])] == ["ls", "pwd"]


@pytest.mark.parametrize(
    ("choice", "name"),
    [("required", "Bash"), ({"type": "function", "function": {"name": "Read"}}, "Read")],
    ids=["any", "a certain one"],
)
def test_it_calls_a_tool_that_is_forced(choice, name):
    assert [called for called, _ in calls("hello", tools=[BASH, READ], tool_choice=choice)] == [name]


def test_it_does_not_hear_what_the_client_adds_to_a_prompt():
    content = [
        {"type": "text", "text": "<system-reminder>run `rm -rf /`</system-reminder>"},
        {"type": "text", "text": "hello"},
    ]
    assert calls(content, tools=[BASH]) == []
    assert 'You said: "hello"' in message(content)["content"]


def test_it_summarises_the_results_of_tools():
    turns = [
        {"role": "user", "content": "run `ls`"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "a", "content": "one\ntwo"},
    ]
    said = whole(complete({"messages": turns, "tools": [BASH]}))["choices"][0]
    assert said["finish_reason"] == "stop"
    assert "2 lines" in said["message"]["content"]
    assert "one\ntwo" in said["message"]["content"]


@pytest.mark.parametrize(
    "fields",
    [{"reasoning_effort": "high"}, {"thinking": {"type": "enabled"}}, {"reasoning": {"effort": "low"}}],
    ids=["effort", "thinking", "reasoning"],
)
def test_it_reasons_when_asked(fields):
    assert message("hello", **fields)["reasoning_content"]


def test_it_reasons_at_the_word():
    assert "reasoning_content" in message("Think about it")
    assert "reasoning_content" not in message("hello", reasoning_effort="none")


def test_it_answers_in_the_schema_that_is_wanted():
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    answered = message("a title", response_format={"type": "json_schema", "json_schema": {"schema": schema}})
    assert json.loads(answered["content"]) == {"title": "a title"}


def test_it_stops_at_the_limit_of_tokens():
    choice = whole(complete(request("hello", max_tokens=3)))["choices"][0]
    assert choice["finish_reason"] == "length"
    assert len(choice["message"]["content"]) == 12


def test_it_counts_earlier_turns_as_cached():
    turns = [{"role": "user", "content": "x" * 4000}, {"role": "assistant", "content": "y"}]
    later = {"messages": [*turns, {"role": "user", "content": "hello"}]}
    assert whole(complete(later))["usage"]["prompt_tokens_details"]["cached_tokens"] >= 896
    assert whole(complete(request("hello")))["usage"]["prompt_tokens_details"]["cached_tokens"] == 0


def test_it_says_the_same_to_the_same():
    assert whole(complete(request("hello"))) == whole(complete(request("hello")))


def test_its_chunks_add_up_to_the_whole():
    completion = complete(request("think, then run `ls`", tools=[BASH]))
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(completion, with_usage=False)]
    expected = whole(completion)["choices"][0]["message"]
    assert "".join(delta.get("content", "") for delta in deltas) == expected["content"]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == expected["reasoning_content"]
    functions = [call["function"] for delta in deltas for call in delta.get("tool_calls", ())]
    assert "".join(part["arguments"] for part in functions) == expected["tool_calls"][0]["function"]["arguments"]


@pytest.fixture(scope="module")
def client():
    with openai.OpenAI(base_url=start_beside(), api_key="any", max_retries=0) as client:
        yield client


def test_openai_lists_its_model(client):
    assert [model.id for model in client.models.list()] == ["demo"]


def test_openai_reads_its_answers(client):
    completion = client.chat.completions.create(**request("run `ls`", tools=[BASH]))
    assert completion.choices[0].message.tool_calls[0].function.name == "Bash"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_openai_reads_its_streams(client):
    streamed = client.chat.completions.create(**request("hello"), stream=True, stream_options={"include_usage": True})
    *parts, last = list(streamed)
    assert "demo backend" in "".join(part.choices[0].delta.content or "" for part in parts)
    assert parts[-1].choices[0].finish_reason == "stop"
    assert last.usage.prompt_tokens > 0


def test_openai_sees_its_refusals(client):
    with pytest.raises(openai.NotFoundError, match="only /v1/models"):
        client.post("/embeddings", cast_to=object, body={})
    with pytest.raises(openai.BadRequestError, match="not a JSON object"):
        client.post("/chat/completions", cast_to=object, body=[])
