"""The scripted backend keeps its promises, since so many other tests believe it."""

import json
from contextlib import closing
from http.client import HTTPConnection, IncompleteRead

import pytest

from tests.support.answers import Call, reasoning, text, tool_calls, usage
from tests.support.scripted_backend import CUT, DONE, HANG, RESET, Gate, ScriptedBackend, error, stream


@pytest.fixture
def backend():
    with ScriptedBackend() as backend:
        yield backend


@pytest.fixture
def connection(backend):
    with closing(HTTPConnection("127.0.0.1", backend.port, timeout=10)) as connection:
        yield connection


def ask(connection, **body):
    connection.request("POST", "/v1/chat/completions", json.dumps({"model": "big", **body}), {"X-Mark": "1"})
    return connection.getresponse()


def events(response):
    return [json.loads(line[6:]) for line in response.read().splitlines() if line.startswith(b"data: {")]


def test_it_answers_whole_and_streamed_on_one_connection(backend, connection):
    backend.script(text("Hello you"), text("Hello you"))
    whole = json.loads(ask(connection).read())
    chunks = events(ask(connection, stream=True, stream_options={"include_usage": True}))

    streamed = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])
    assert whole["choices"][0]["message"]["content"] == streamed == "Hello you"
    assert whole["usage"] == chunks[-1]["usage"] == usage()
    assert backend.connections == 1


def test_it_sends_the_usage_of_a_stream_only_when_asked(backend, connection):
    backend.script(text("Hello"))
    assert all("usage" not in chunk for chunk in events(ask(connection, stream=True)))


def test_it_streams_reasoning_then_calls_in_parts(backend, connection):
    calls = [Call("Read", {"path": "a"}, id="call_a"), Call("Bash", {"command": "b"})]
    backend.script(reasoning("Let me see", then=tool_calls(*calls)))
    deltas = [c["choices"][0]["delta"] for c in events(ask(connection, stream=True))]

    assert "".join(d.get("reasoning_content", "") for d in deltas) == "Let me see"
    parts = [d["tool_calls"][0] for d in deltas if "tool_calls" in d]
    assert parts[0]["id"] == "call_a"
    arguments = ["".join(p["function"]["arguments"] for p in parts if p["index"] == index) for index in (0, 1)]
    assert [json.loads(a) for a in arguments] == [{"path": "a"}, {"command": "b"}]


def test_it_records_what_it_was_sent(backend, connection):
    backend.script(text("Hello"))
    ask(connection, max_tokens=5).read()
    (request,) = backend.wait_for_requests(1)
    assert (request.path, request.headers["x-mark"]) == ("/v1/chat/completions", "1")
    assert request.json == {"model": "big", "max_tokens": 5}


def test_it_sends_errors_with_their_headers(backend, connection):
    backend.script(error(529, "busy", headers={"retry-after": "7"}))
    response = ask(connection)
    assert (response.status, response.headers["retry-after"]) == (529, "7")
    assert json.loads(response.read())["error"]["message"] == "busy"


def test_it_asks_the_function_after_the_script(backend, connection):
    backend.script(text("first"))
    backend.script_with(lambda request: text(request.json["model"]))
    answers = [json.loads(ask(connection).read())["choices"][0]["message"]["content"] for _ in range(2)]
    assert answers == ["first", "big"]


def test_it_says_so_when_the_script_is_over(backend, connection):
    assert ask(connection).status == 500
    assert len(backend.unscripted) == 1


def test_it_holds_a_reply_at_a_gate(backend, connection):
    gate = Gate()
    backend.script(stream({"n": 1}, gate, {"n": 2}, DONE))
    response = ask(connection)
    assert response.readline() == b'data: {"n": 1}\n'
    assert gate.reached.wait(10)
    gate.open()
    assert b'{"n": 2}' in response.read()


def test_it_notices_that_the_client_left(backend, connection):
    backend.script(stream({"n": 1}, end=HANG))
    ask(connection).readline()
    (request,) = backend.requests
    assert not request.abandoned.is_set()
    connection.close()
    assert request.abandoned.wait(10)


@pytest.mark.parametrize(
    ("end", "failure"), [(CUT, IncompleteRead), (RESET, ConnectionResetError)], ids=["cut", "reset"]
)
def test_it_ends_a_stream_before_its_end(backend, connection, end, failure):
    backend.script(stream({"n": 1}, end=end))
    response = ask(connection)
    assert response.readline() == b'data: {"n": 1}\n'
    with pytest.raises(failure):
        response.read()
    assert not backend.requests[0].abandoned.is_set()


def test_it_lists_its_models_apart_from_the_script(backend, connection):
    connection.request("GET", "/v1/models")
    listed = json.loads(connection.getresponse().read())
    assert [model["id"] for model in listed["data"]] == ["big", "middle", "small"]
    assert backend.requests == []
