"""Searches that the gateway runs for a model that has none, over the running service."""

import json

import anthropic
import httpx
import pytest

from tests.support.answers import Call, text, tool_call, tool_calls, usage
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.messages import events, request
from tests.support.rows import load
from tests.support.scripted_backend import error
from tests.support.search_engine import SearchEngine

SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
BASH = {"name": "Bash", "input_schema": {"type": "object"}}


@pytest.fixture(scope="module")
def engine_process():
    with SearchEngine() as engine:
        yield engine


@pytest.fixture
def engine(engine_process):
    engine_process.reset()
    return engine_process


@pytest.fixture(scope="module")
def searching(backend_process, engine_process, tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("searching"), OPENAI_BASE_URL=backend_process.base_url)
    load(gateway, {"model": "routing.searchengine", "pk": 1, "fields": {"base_url": engine_process.url}})
    with gateway:
        yield gateway


@pytest.fixture
def client(searching):
    headers = {"x-api-key": CLIENT_KEY}
    with httpx.Client(base_url=searching.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def wants(query, **fields):
    return tool_call("web_search", {"query": query}, **fields)


def asked(client, *tools, stream=False, **fields):
    return client.post("/v1/messages", json=request(tools=[SEARCH, *tools], stream=stream, **fields))


def test_what_was_found_stands_before_the_answer(client, backend, engine):
    # protocol E122
    backend.script(wants("weather Graz"), text("It is sunny."))
    use, result, answer = asked(client).json()["content"]
    assert (use["type"], use["name"], use["input"]) == ("server_tool_use", "web_search", {"query": "weather Graz"})
    assert use["id"].startswith("srvtoolu_")
    assert (result["type"], result["tool_use_id"]) == ("web_search_tool_result", use["id"])
    assert [page["url"] for page in result["content"]] == ["https://weather.example/graz"]
    assert answer == {"type": "text", "text": "It is sunny."}
    assert engine.queries == ["weather Graz"]


def test_the_model_reads_what_was_found(client, backend, engine):
    backend.script(wants("weather Graz"), text("It is sunny."))
    asked(client)
    first, second = (each.json for each in backend.requests)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["web_search"]
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert second["messages"][-2]["tool_calls"][0]["function"]["name"] == "web_search"
    assert "Sunny, 21 degrees" in second["messages"][-1]["content"]


def test_a_stream_is_one_message_by_the_official_client(searching, backend, engine):
    backend.script(tool_calls(Call("web_search", {"query": "a"}), content="Let me look."), text("It is sunny."))
    official = anthropic.Anthropic(base_url=searching.url, api_key=CLIENT_KEY)
    with official.messages.stream(
        model="claude-sonnet-5-5", max_tokens=100, messages=[{"role": "user", "content": "Graz?"}], tools=[SEARCH]
    ) as stream:
        message = stream.get_final_message()
    assert [block.type for block in message.content] == ["text", "server_tool_use", "web_search_tool_result", "text"]
    assert message.stop_reason == "end_turn"


def test_the_events_of_all_rounds_are_numbered_through(client, backend, engine):
    backend.script(wants("a"), wants("b"), text("Done."))
    found = events(asked(client, stream=True).text)
    starts = [data["index"] for name, data in found if name == "content_block_start"]
    assert starts == [0, 1, 2, 3, 4]
    assert [name for name, _ in found].count("message_start") == 1
    assert [name for name, _ in found][-2:] == ["message_delta", "message_stop"]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_usage_is_of_all_rounds(client, backend, engine, stream):
    backend.script(
        wants("a", usage=usage(prompt=100, completion=10)), text("Hi", usage=usage(prompt=300, completion=20))
    )
    response = asked(client, stream=stream)
    told = events(response.text)[-2][1]["usage"] if stream else response.json()["usage"]
    assert (told["input_tokens"], told["output_tokens"]) == (400, 30)
    assert told["server_tool_use"]["web_search_requests"] == 1


def test_it_searches_no_more_often_than_the_client_allows(client, backend, engine):
    backend.script(wants("a"), wants("b"), text("Done."))
    asked(client)
    assert engine.queries == ["a", "b"]
    assert backend.requests[1].json.get("tool_choice") != "none"
    assert backend.requests[2].json["tool_choice"] == "none"


def test_searches_beyond_that_are_told_as_errors(client, backend, engine):
    calls = [Call("web_search", {"query": query}) for query in "abc"]
    backend.script(tool_calls(*calls), text("Done."))
    content = asked(client).json()["content"]
    results = [block["content"] for block in content if block["type"] == "web_search_tool_result"]
    assert results[2] == {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}


def test_a_call_of_the_clients_own_tool_ends_the_turn(client, backend, engine):
    backend.script(tool_calls(Call("web_search", {"query": "a"}), Call("Bash", {"command": "ls"})))
    message = asked(client, BASH).json()
    assert [block["type"] for block in message["content"]] == ["server_tool_use", "tool_use", "web_search_tool_result"]
    assert message["stop_reason"] == "tool_use"


def test_an_engine_that_is_down_is_told_and_the_answer_goes_on(client, backend, engine):
    engine.status = 503
    backend.script(wants("a"), text("I could not look."))
    _, result, answer = asked(client).json()["content"]
    assert result["content"] == {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    assert answer["text"] == "I could not look."
    assert "unavailable" in backend.requests[1].json["messages"][-1]["content"]


def test_a_search_for_nothing_is_an_error_of_the_call(client, backend, engine):
    backend.script(tool_call("web_search", {"question": "a"}), text("Done."))
    assert asked(client).json()["content"][1]["content"]["error_code"] == "invalid_tool_input"
    assert engine.queries == []


def test_pages_of_other_domains_are_left_out(client, backend, engine):
    backend.script(wants("a"), text("Done."))
    narrow = {**SEARCH, "allowed_domains": ["example.org"]}
    message = client.post("/v1/messages", json=request(tools=[narrow])).json()
    assert message["content"][1]["content"] == []


def test_a_backend_that_fails_later_ends_the_stream_with_an_error(client, backend, engine):
    backend.script(wants("a"), error(500, "out of order"))
    assert events(asked(client, stream=True).text)[-1][0] == "error"


def test_the_row_counts_searches_and_names_the_engine(client, backend, engine, searching):
    backend.script(
        wants("a", usage=usage(prompt=100, completion=10)), text("Hi", usage=usage(prompt=300, completion=20))
    )
    headers = {"x-claude-code-session-id": "searches"}
    client.post("/v1/messages", json=request(tools=[SEARCH]), headers=headers)
    (record,) = searching.usage_records(1, session_id="searches")
    assert (record["web_search_requests"], record["input_tokens"], record["output_tokens"]) == (1, 400, 30)
    assert {"code": "web_search", "detail": "1 by searxng"} in record["notices"]


def test_an_answer_without_a_search_is_an_answer(client, backend, engine):
    backend.script(text("I know that."))
    message = asked(client).json()
    assert json.dumps(message["content"]) == '[{"type": "text", "text": "I know that."}]'
