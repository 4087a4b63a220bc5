"""Answers that fail: before anything was said, in the middle, or too late to matter."""

import json

import pytest

from conversion.errors import BackendFailure
from conversion.reply.backend_errors import committed_error_type
from tests.conversion.reply.replies import call, calls, chunk, completion, stream, streamed, translation, whole

TIMEOUT = BackendFailure("The backend fell silent", status=504, type="timeout_error")

ERRORS = [
    # protocol I216, I222, F161
    pytest.param({"error": {"code": 502, "message": "Provider down"}}, (502, "api_error"), id="openrouter"),
    pytest.param({"error": {"code": "429", "message": "Slow"}}, (429, "rate_limit_error"), id="a code in a string"),
    pytest.param({"error": {"type": "rate_limit_error", "message": "Slow"}}, (429, "rate_limit_error"), id="a type"),
    pytest.param({"error": "The model is overloaded", "code": "x"}, (529, "overloaded_error"), id="xai"),
    pytest.param({"object": "error", "message": "bad", "code": 400}, (400, "invalid_request_error"), id="vllm"),
    pytest.param({"base_resp": {"status_code": 1002, "status_msg": "slow"}}, (429, "rate_limit_error"), id="minimax"),
    pytest.param({"base_resp": {"status_code": 1008}}, (402, "billing_error"), id="minimax, no balance"),
    pytest.param({"base_resp": {"status_code": 2013}}, (400, "invalid_request_error"), id="minimax, a parameter"),
    pytest.param({"error": "[503] The request queue is full"}, (529, "overloaded_error"), id="a full queue"),
    pytest.param({"detail": "out of memory"}, (500, "api_error"), id="fastapi"),
    pytest.param({"code": 503, "message": "busy"}, (529, "overloaded_error"), id="code and message"),
    pytest.param({"type": "error", "error": {"type": "overloaded_error"}}, (529, "overloaded_error"), id="anthropic"),
    pytest.param([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}], (429, "rate_limit_error"), id="gemini"),
    pytest.param({"error": {"message": "boom"}}, (500, "api_error"), id="nothing but a message"),
    pytest.param({"error": {"code": 401, "message": "no"}}, (502, "api_error"), id="our credentials"),
    # protocol I223, F134
    pytest.param(chunk(finish="error"), (500, "api_error"), id="a finish reason"),
    pytest.param(chunk(finish="network_error"), (502, "api_error"), id="another finish reason"),
    pytest.param(chunk(finish="insufficient_system_resource"), (529, "overloaded_error"), id="no resources"),
    pytest.param(
        {"choices": [{"delta": {"content": ""}, "finish_reason": "error", "error": {"code": 504}}]},
        (504, "timeout_error"),
        id="an error on the choice",
    ),
]


@pytest.mark.parametrize(("document", "expected"), ERRORS)
def test_it_recognises_an_error_in_a_good_answer(document, expected):
    first = streamed(document)
    assert first.events == []
    announced = streamed(chunk("", role="assistant"), document)
    assert announced.events == []  # so that the client is told by an HTTP status
    later = streamed(chunk("Hi"), document)
    body = whole(json.dumps(document).encode())
    in_stream = streamed(json.dumps(document).encode())  # protocol I214
    for reply in (first, announced, later, body, in_stream):
        assert (reply.failure.status, reply.failure.type) == expected


def test_it_recognises_an_event_that_is_named_error():  # protocol I222
    assert streamed('event: error\ndata: {"message":"boom"}\n\n').failure.message == "boom"


def test_it_leaves_a_broken_block_open():  # protocol I217
    reply = streamed(chunk("Hi"), {"error": {"code": 502, "message": "x"}}, chunk("more", finish="stop"))
    assert [event["type"] for event in reply.events][2:] == ["content_block_start", "content_block_delta"]


def test_it_takes_usage_from_a_chunk_that_fails():
    failed = {"usage": {"prompt_tokens": 9, "completion_tokens": 5}, "error": {"message": "x"}}
    assert streamed(chunk("Hi"), failed).translation.usage.output_tokens == 5


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param([chunk("Hi")], id="in the middle of text"),  # protocol I218
        pytest.param([calls(call('{"a":', id="1", name="Bash"))], id="in the middle of arguments"),  # protocol I221
        pytest.param([chunk(reasoning="Hm")], id="in the middle of reasoning"),
        pytest.param([calls(call('{"a":1}', id="1", name="Bash"))], id="after a call that looks complete"),
        pytest.param([chunk("", role="assistant")], id="after the role"),
    ],
)
def test_it_takes_an_end_without_a_reason_for_a_break(documents):
    reply = streamed(*documents, done=False)
    assert (reply.failure.status, reply.failure.type) == (502, "api_error")
    assert not any(event["type"] in ("content_block_stop", "message_delta") for event in reply.events)


@pytest.mark.parametrize(
    ("documents", "ended"),
    [
        pytest.param([chunk("Hi")], True, id="text"),
        pytest.param([calls(call('{"a":1}', id="1", name="Bash"))], True, id="a complete call"),
        pytest.param([calls(call('{"a":', id="1", name="Bash"))], False, id="an incomplete call"),
        pytest.param([chunk("", role="assistant")], False, id="nothing"),
    ],
)
def test_it_forgives_backends_that_are_known_to_end_without_a_reason(documents, ended):
    reply = streamed(*documents, done=False, profile={"lenient_eof": True})
    assert (reply.failure is None) == ended


def test_it_forgives_no_broken_connection():
    reading = translation()
    reading.feed(stream(chunk("Hi"), done=False))
    assert reading.lose(TIMEOUT) == []
    assert reading.failure is TIMEOUT  # protocol I220
    assert reading.feed(stream(chunk("more"))) == []


def test_it_ends_well_where_the_connection_breaks_after_all_was_said():  # protocol I219
    reading = translation()
    reading.feed(stream(chunk("Hi", finish="stop"), done=False))
    assert reading.finishing
    assert [event.__class__.__name__ for event in reading.lose(TIMEOUT)] == [
        "ContentBlockStop",
        "MessageDelta",
        "MessageStop",
    ]
    assert reading.failure is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "The backend sent no response", id="nothing"),
        pytest.param(b": ping\n\n", "The backend sent an invalid response", id="only comments"),
        pytest.param(b"<html><body>Hello</body></html>", "The backend sent an invalid response", id="a page"),
        pytest.param(b"data: oops\n\n", "The backend sent an invalid response", id="no JSON at all"),
        pytest.param(b"Hello", "The backend sent an invalid response", id="a text"),
        pytest.param(b"data: [DONE]\n\n", "The backend ended its response without an answer", id="only the end"),
        pytest.param(b"{", "The backend sent an invalid response", id="half a document"),
        pytest.param(b"[" * 100_000, "The backend sent an invalid response", id="nested deeply"),
        pytest.param(b"{}", "The backend returned no choices", id="an empty document"),
    ],
)
def test_it_fails_where_there_is_no_answer(data, message):  # protocol I210, J240
    reply = streamed(data)
    assert (reply.failure.message, reply.failure.status, reply.failure.type) == (message, 502, "api_error")
    assert reply.events == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "The backend sent an invalid response", id="nothing"),
        pytest.param(b"<html></html>", "The backend sent an invalid response", id="a page"),
        pytest.param(b"[]", "The backend returned no choices", id="a list"),
        pytest.param(b'{"choices":[]}', "The backend returned no choices", id="no choices"),
        pytest.param(b'"Hi"', "The backend returned no choices", id="a string"),
    ],
)
def test_it_fails_where_a_body_is_no_completion(body, message):
    assert whole(body).failure.message == message


def test_it_bounds_a_whole_answer():
    reading = translation()
    line = b"data: " + b"x" * (1 << 20) + b"\n\n"
    for _ in range(65):
        reading.feed(line)
    assert reading.failure.message == "The backend's response is larger than 64 MiB"


def test_it_survives_documents_that_are_nested_deeply():
    deep = '{"choices":[{"delta":{"reasoning_details":[{"type":"x","y":' + "[" * 600 + "]" * 600 + "}]}}]}"
    reply = streamed(f"data: {deep}\n\n", chunk("Hi", finish="stop"), profile={"reasoning_state": "details"})
    assert reply.failure is None or reply.failure.status == 502


def test_it_answers_a_filter_in_the_middle_with_a_refusal():  # protocol I224
    reply = streamed(chunk("Well"), {"error": {"code": "content_filter", "message": "Filtered"}})
    assert (reply.text, reply.stop_reason) == ("Well", "refusal")


def test_it_completes_no_call_for_a_refusal():
    filtered = {"error": {"code": "content_filter", "message": "Filtered"}}
    reply = streamed(calls(call('{"a":', id="1", name="Bash")), filtered)
    assert reply.failure.explanation == "The backend's content filter refused the prompt: Filtered"


def test_it_makes_a_whole_message_of_a_refused_prompt():  # protocol J241
    reading = translation()
    events = reading.refuse("Not this")
    assert [event.__class__.__name__ for event in events] == [
        "MessageStart",
        "Ping",
        "ContentBlockStart",
        "ContentBlockStop",
        "MessageDelta",
        "MessageStop",
    ]
    assert events[4].delta.stop_details.explanation == "Not this"
    assert (reading.stop_reason, reading.failure, reading.finished) == ("refusal", None, True)


@pytest.mark.parametrize(
    ("type", "opened", "expected"),
    [
        pytest.param("rate_limit_error", False, "overloaded_error", id="a limit before any block"),
        pytest.param("rate_limit_error", True, "rate_limit_error", id="a limit inside a block"),
        pytest.param("overloaded_error", True, "overloaded_error", id="overload"),
        pytest.param("api_error", False, "api_error", id="another failure"),
    ],
)
def test_it_knows_which_type_makes_clients_repeat_a_stream(type, opened, expected):
    assert committed_error_type(BackendFailure("x", type=type), opened=opened) == expected


def test_it_says_nothing_after_the_end():
    reading = translation()
    reading.feed(stream(chunk("Hi", finish="stop")))
    assert reading.finished
    assert reading.feed(b"data: {") == reading.end() == []
    assert reading.feed_whole(completion({"content": "x"})) == []
