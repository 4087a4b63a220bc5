"""Answers of the Responses API, streamed and whole. `streamed` and `whole` have the grammar judge each of them."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from conversion.request.convert import convert_request
from conversion.request.identity import CacheKeys
from conversion.request.read import read_messages_request
from tests.conversion.reply.replies import MODEL, SECRET, destination, stream, streamed, terms, whole
from tests.conversion.reply.test_any_answer import ANY, SCALARS, objects
from tests.support.answers import Call, reasoning, text, tool_call, tool_calls, usage
from tests.support.responses_answers import SEALED, through_responses

WIRE = {"wire": "responses"}
CALLS = tool_calls(Call("Bash", {"command": "ls é"}, "call_1"), Call("Read", {"path": "a"}, "call_2"), content="Look")

ANSWERS = [
    pytest.param(text("Hello you"), id="text"),
    pytest.param(text(""), id="nothing"),
    pytest.param(tool_call("Bash", {"command": "ls"}, id="call_1"), id="call"),
    pytest.param(CALLS, id="text and calls"),
    pytest.param(reasoning("Let me see", then=CALLS), id="reasoning, text and calls"),
    pytest.param(reasoning("", then=text("Hi")), id="reasoning without a summary"),
]


def events_of(answer, **how):
    made = through_responses(answer, **how)
    return made.events(made.output())


def told(*events, **more):
    """The reply to these events."""
    return streamed(*events, done=False, profile=WIRE, **more)


def ended(kind="completed", **fields):
    return {"type": f"response.{kind}", "response": {"status": kind, "output": [], **fields}}


def delta(kind, text, index=0, **place):
    return {"type": f"response.{kind}.delta", "output_index": index, "delta": text, **place}


def item_done(item, index=0):
    return {"type": "response.output_item.done", "output_index": index, "item": item}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_answers_of_the_tests_are_those_of_the_api(answer):
    judge = TypeAdapter(ResponseStreamEvent)
    events = events_of(answer)
    assert [judge.validate_python(event).type for event in events] == [event["type"] for event in events]
    made = through_responses(answer)
    assert TypeAdapter(Response).validate_python(made.response(made.output())).output is not None


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_stream_and_a_whole_response_say_the_same(answer):
    made = through_responses(answer)
    output = made.output()
    assert told(*made.events(output)).message == whole(json.dumps(made.response(output)).encode(), profile=WIRE).message


def test_the_message_has_all_that_was_said():
    reply = told(*events_of(reasoning("Let me see", then=CALLS)))
    assert reply.types == ["thinking", "text", "tool_use", "tool_use"]
    assert (reply.thinking, reply.text) == ("Let me see", "Look")
    assert reply.tools == [("Bash", {"command": "ls é"}), ("Read", {"path": "a"})]
    assert reply.ids == ["call_1", "call_2"]
    assert reply.stop_reason == "tool_use"


def test_text_streams_word_by_word():
    assert told(*events_of(text("Hello you"))).deltas("text") == ["Hello", " you"]


def test_usage_is_told():
    reply = told(*events_of(text("Hi", usage=usage(prompt=1000, completion=50, cached=800, reasoning=20))))
    assert (reply.usage["input_tokens"], reply.usage["cache_read_input_tokens"]) == (200, 800)
    assert reply.usage["output_tokens"] == 50
    assert reply.usage["output_tokens_details"] == {"thinking_tokens": 20}


def test_what_was_written_to_a_cache_is_told():
    figures = {"input_tokens": 1000, "input_tokens_details": {"cache_write_tokens": 300}, "output_tokens": 5}
    reply = told(delta("output_text", "a"), ended(usage=figures))
    assert (reply.usage["input_tokens"], reply.usage["cache_creation_input_tokens"]) == (700, 300)


@pytest.mark.parametrize(
    ("reason", "stop_reason"),
    [("max_output_tokens", "max_tokens"), ("content_filter", "refusal"), ("max_messages", "max_tokens")],
)
def test_a_response_that_is_incomplete_says_why(reason, stop_reason):
    assert told(*events_of(text("Hel"), incomplete=reason)).stop_reason == stop_reason


def test_a_call_that_was_cut_off_is_not_completed():
    call = {"type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": ""}
    reply = told(
        delta("output_text", "a"),
        {"type": "response.output_item.added", "output_index": 1, "item": call},
        delta("function_call_arguments", '{"command": "rm -rf /tmp', 1),
        ended("incomplete", incomplete_details={"reason": "max_output_tokens"}),
    )
    assert reply.stop_reason == "max_tokens"
    assert "}" not in "".join(reply.deltas("input_json"))


def test_a_call_whose_name_is_blank_has_none():
    call = {"type": "function_call", "call_id": "call_1", "name": " ", "arguments": "{}"}
    reply = told(item_done(call), ended())
    assert [block for block in reply.types if block == "tool_use"] == []
    assert "tool_call_nameless" in reply.notices


def test_a_refusal_is_one():
    reply = told(delta("refusal", "I won't"), ended())
    assert (reply.stop_reason, reply.text) == ("refusal", "I won't")


def test_paragraphs_of_a_summary_are_apart():
    pieces = [delta("reasoning_summary_text", word, summary_index=index) for index, word in enumerate("ab")]
    assert told(*pieces, delta("output_text", "c", 1), ended()).thinking == "a\n\nb"


def test_messages_are_apart():
    assert told(delta("output_text", "a"), delta("output_text", "b", 1), ended()).text == "a\n\nb"


def with_phase(word, *, index=0):
    item = {"type": "message", "role": "assistant", "content": [], "phase": word}
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def test_a_text_goes_back_as_what_it_was_to_its_turn():
    call = {"type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": "{}"}
    reply = told(with_phase("commentary"), delta("output_text", "Look"), item_done(call, 1), ended())
    assert reply.types == ["redacted_thinking", "text", "tool_use"]
    assert next_input(reply.content)[1] == {
        "type": "message",
        "role": "assistant",
        "content": "Look",
        "phase": "commentary",
    }


def test_an_answer_needs_no_block_that_says_so():
    assert told(with_phase("final_answer"), delta("output_text", "a"), ended()).types == ["text"]


def test_thoughts_that_are_told_twice_are_shown_once():
    reply = told(
        delta("reasoning_text", "Hm", content_index=0),
        delta("reasoning_summary_text", "Hm", summary_index=0),
        delta("output_text", "a", 1),
        ended(),
    )
    assert reply.thinking == "Hm"


def test_thoughts_of_open_models_are_shown_and_kept():
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]}
    reply = told(item_done(item), delta("output_text", "a", 1), ended())
    assert reply.thinking == "Hm"
    assert [state.payload for state in reply.states()] == [[item]]


def test_an_item_that_only_came_as_a_whole_is_said():
    said = {"type": "message", "content": [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "b"}]}
    call = {"type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": '{"command": "ls"}'}
    reply = told(item_done(said), item_done(call, 1), ended())
    assert (reply.text, reply.tools) == ("a", [("Bash", {"command": "ls"})])


def test_a_stream_that_says_all_at_its_end_is_read():
    output = through_responses(CALLS).output()
    assert told(ended(output=output)).tools == [("Bash", {"command": "ls é"}), ("Read", {"path": "a"})]


def test_items_of_other_types_are_noticed():
    reply = told(item_done({"type": "web_search_call"}), delta("output_text", "a", 1), ended())
    assert "output_item_ignored" in reply.notices


def test_tags_in_a_text_are_text():
    assert told(delta("output_text", "<think>a</think>b"), ended()).text == "<think>a</think>b"


@pytest.mark.parametrize(
    ("event", "status", "type"),
    [
        pytest.param(
            ended("failed", error={"code": "rate_limit_exceeded", "message": "slow down"}), 429, "rate_limit_error",
            id="failed",
        ),
        pytest.param(
            {"type": "error", "code": "server_error", "message": "oops", "param": None}, 500, "api_error", id="error"
        ),
        pytest.param(
            {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}, 400,
            "invalid_request_error", id="error object",
        ),
        pytest.param(ended("failed", error=None), 500, "api_error", id="failed without a word"),
        pytest.param(ended("cancelled"), 500, "api_error", id="cancelled"),
    ],
)  # fmt: skip
def test_a_failure_is_told_by_the_same_table(event, status, type):
    failure = told(delta("output_text", "a"), event).failure
    assert (failure.status, failure.type) == (status, type)


@pytest.mark.parametrize(
    "body",
    [
        {"object": "response", "status": "failed", "error": {"code": "server_error", "message": "oops"}, "output": []},
        {"error": {"message": "oops", "code": "server_error"}},
    ],
    ids=["response", "error"],
)
def test_a_whole_body_that_failed_is_told_by_the_same_table(body):
    failure = whole(json.dumps(body).encode(), profile=WIRE).failure
    assert (failure.status, failure.message) == (500, "oops")


def test_a_body_without_output_is_no_response():
    assert whole(b'{"choices": []}', profile=WIRE).failure.status == 502


def test_a_prompt_that_was_objected_to_is_a_refusal():
    reply = told(ended("failed", error={"code": "invalid_prompt", "message": "Against our usage policy"}))
    assert reply.stop_reason == "refusal"


def test_a_stream_that_breaks_off_is_a_failure():
    assert told(*events_of(CALLS)[:-1]).failure.message.startswith("The connection to the backend was lost")


def next_input(content):
    """The items of the next turn's request."""
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": "ok"} for block in content if "input" in block
    ]
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": content},
        {"role": "user", "content": [*results, {"type": "text", "text": "Go on"}]},
    ]
    body = {"model": MODEL, "max_tokens": 100, "messages": messages}
    request = read_messages_request(json.dumps(body).encode())
    keys = CacheKeys("c" * 32, "u" * 64)
    converted = convert_request(request, destination(**WIRE), secret=SECRET, keys=keys)
    return json.loads(converted.body)["input"]


@pytest.mark.parametrize("thinking", ["shown", "omitted"])
@pytest.mark.parametrize("summary", ["Let me see", ""], ids=["summary", "no summary"])
def test_reasoning_goes_back_to_its_place(summary, thinking):
    made = through_responses(reasoning(summary, then=CALLS))
    output = made.output()
    items = next_input(told(*made.events(output), terms=terms(thinking=thinking)).content)
    assert items[1] == {name: output[0][name] for name in ("type", "id", "summary", "encrypted_content")}
    assert [item["type"] for item in items[1:5]] == ["reasoning", "message", "function_call", "function_call"]


def test_reasoning_between_calls_goes_back_between_them():
    first, second = (through_responses(reasoning("Hm", then=tool_call("Bash", {"a": n}))).output() for n in (1, 2))
    items = next_input(whole(json.dumps({"output": first + second}).encode(), profile=WIRE).content)
    assert [item["type"] for item in items[1:5]] == ["reasoning", "function_call"] * 2
    assert [item["encrypted_content"] for item in items[1:5:2]] == [SEALED] * 2


def test_reasoning_that_only_its_id_names_is_not_kept():
    item = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm"}]}
    reply = told(item_done(item), delta("output_text", "a", 1), ended())
    assert [state.kind for state in reply.states()] == ["t"]


@settings(deadline=None)
@given(st.sampled_from([case.values[0] for case in ANSWERS]), st.lists(st.integers(0, 10_000), max_size=8))
def test_the_bytes_may_be_cut_anywhere(answer, positions):
    data = stream(*events_of(answer), done=False)
    cuts = [position % (len(data) + 1) for position in positions]
    cut = streamed(data, cuts=cuts, profile=WIRE)
    assert cut.message == streamed(data, profile=WIRE).message


PARTS = st.lists(objects(type=st.sampled_from(["output_text", "refusal"]), text=SCALARS, refusal=SCALARS), max_size=2)
ITEMS = objects(
    type=st.sampled_from(["message", "reasoning", "function_call", "other"]),
    id=SCALARS,
    call_id=SCALARS,
    name=SCALARS,
    arguments=SCALARS,
    content=PARTS,
    summary=PARTS,
    encrypted_content=ANY,
    phase=SCALARS,
)
RESPONSES = objects(
    status=st.sampled_from(["completed", "incomplete", "failed"]),
    output=st.lists(ITEMS, max_size=3),
    usage=ANY,
    error=ANY,
    incomplete_details=objects(reason=SCALARS),
)
KINDS = (
    *("output_text.delta", "refusal.delta", "function_call_arguments.delta", "function_call_arguments.done"),
    *("reasoning_summary_text.delta", "reasoning_text.delta", "output_item.added", "output_item.done"),
    *("created", "completed", "incomplete", "failed"),
)
EVENTS = objects(
    type=st.sampled_from([*(f"response.{kind}" for kind in KINDS), "error"]),
    output_index=st.integers(0, 2),
    summary_index=st.integers(0, 1),
    content_index=st.integers(0, 1),
    delta=SCALARS,
    arguments=SCALARS,
    item=ITEMS,
    response=RESPONSES,
    message=SCALARS,
    code=SCALARS,
)
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FUZZ
@given(st.lists(EVENTS, max_size=8), st.sampled_from(["shown", "omitted", "off"]))
def test_it_survives_any_events(events, thinking):
    reply = streamed(stream(*events), profile=WIRE, terms=terms(thinking=thinking))
    assert reply.failure is not None or reply.content


@FUZZ
@given(RESPONSES)
def test_it_survives_any_response(body):
    reply = whole(json.dumps(body).encode(), profile=WIRE)
    assert reply.failure is not None or reply.content
