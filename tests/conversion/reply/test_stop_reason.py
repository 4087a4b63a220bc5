"""Why an answer ended, from the backend's words to the client's."""

import json

import pytest

from conversion.reply.fold import fold
from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, translation, usage, whole

CALL = {"tool_calls": [call("{}", name="Bash")]}


@pytest.mark.parametrize(
    ("message", "finish", "expected"),
    [
        pytest.param({"content": "a"}, "stop", "end_turn", id="stop"),
        pytest.param({"content": "a"}, "eos", "end_turn", id="eos"),
        pytest.param({"content": "a"}, "STOP", "end_turn", id="capitals"),
        pytest.param({"content": "a"}, "", "end_turn", id="empty"),
        pytest.param({"content": "a"}, None, "end_turn", id="null"),
        pytest.param({"content": "a"}, "because", "end_turn", id="unknown"),
        pytest.param({"content": "a"}, "length", "max_tokens", id="length"),  # protocol F131
        pytest.param({"content": "a"}, "max_output_tokens", "max_tokens", id="max_output_tokens"),
        pytest.param({"content": "a"}, "model_length", "model_context_window_exceeded", id="model_length"),
        pytest.param({"content": "a"}, "content_filter", "refusal", id="content_filter"),  # protocol F132
        pytest.param({"content": "a"}, "safety", "refusal", id="safety"),
        pytest.param({"content": "a"}, "tool_calls", "tool_use", id="calls announced but not made"),  # protocol F135
        pytest.param(CALL, "tool_calls", "tool_use", id="calls"),  # protocol F126
        pytest.param(CALL, "stop", "tool_use", id="calls with stop"),  # protocol F127
        pytest.param(CALL, "", "tool_use", id="calls with an empty reason"),
        pytest.param(CALL, None, "tool_use", id="calls without a reason"),
        pytest.param(CALL, "function_call", "tool_use", id="function_call"),
        pytest.param(CALL, "length", "max_tokens", id="calls, cut off"),
    ],
)
def test_it_tells_why_the_answer_ended(message, finish, expected):
    assert whole(message, finish=finish).stop_reason == expected


def test_it_remarks_on_a_word_that_nobody_knows():
    assert "finish_reason_unknown" in whole({"content": "a"}, finish="because").notices


@pytest.mark.parametrize(
    ("window", "completion", "expected"),
    [
        pytest.param(1000, 100, "model_context_window_exceeded", id="the window is full"),
        pytest.param(2000, 100, "max_tokens", id="the window is not full"),
        pytest.param(None, 100, "max_tokens", id="nobody knows the window"),
        pytest.param(1000, 1000, "max_tokens", id="all that the client asked for"),
    ],
)
def test_it_tells_a_full_window_from_a_reached_limit(window, completion, expected):  # protocol F131
    reply = streamed(chunk("a", finish="length"), usage(950, completion), context_window=window)
    assert reply.stop_reason == expected


def test_it_explains_a_refusal_of_the_model():  # protocol F133
    reply = whole({"refusal": "no"})
    assert (reply.text, reply.stop_reason) == ("no", "refusal")
    assert reply.message["stop_details"] == {"type": "refusal", "category": None, "explanation": "no"}


def test_it_shows_a_refusal_only_where_there_is_no_other_text():
    reply = whole({"content": "As I said,", "refusal": "no"})
    assert (reply.text, reply.message["stop_details"]["explanation"]) == ("As I said,", "no")


def test_it_streams_a_refusal():
    assert streamed(chunk(refusal="I "), chunk(refusal="won't"), chunk(finish="stop")).text == "I won't"


def test_it_names_what_a_filter_objects_to():  # protocol F132
    filtered = {"hate": {"filtered": True, "severity": "high"}, "violence": {"filtered": False}}
    last = chunk(finish="content_filter")
    last["choices"][0]["content_filter_results"] = filtered
    reply = streamed(chunk("Well"), last)
    assert reply.message["stop_details"]["explanation"] == "Blocked by the backend's content filter (hate)"
    assert reply.text == "Well"


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        pytest.param(("stop", "tool_calls"), "tool_use", id="calls after stop"),
        pytest.param(("tool_calls", "stop"), "tool_use", id="stop does not take calls back"),
        pytest.param(("stop", "length"), "max_tokens", id="the last word counts"),
        pytest.param(("stop", ""), "end_turn", id="an empty one is none"),
    ],
)
def test_it_reads_on_after_a_finish_reason(reasons, expected):
    reply = streamed(*(chunk("a", finish=reason) for reason in reasons))
    assert reply.stop_reason == expected


@pytest.mark.parametrize("field", ["stop_reason", "matched_stop", "stopping_word"])
def test_it_believes_a_backend_that_names_the_stop_sequence(field):  # protocol F136
    last = chunk("a", finish="stop")
    last["choices"][0][field] = "END"
    reply = streamed(last, terms=terms(stop_sequences=("END",)))
    assert (reply.stop_reason, reply.message["stop_sequence"]) == ("stop_sequence", "END")


def test_it_believes_no_stop_sequence_that_the_client_did_not_name():
    last = chunk("a", finish="stop")
    last["choices"][0]["stop_reason"] = "</s>"
    assert streamed(last, terms=terms(stop_sequences=("END",))).stop_reason == "end_turn"


def test_it_keeps_no_unfinished_call_of_a_filtered_answer():
    reply = streamed(chunk("a"), calls(call(name="Bash")), chunk(finish="content_filter"))
    assert (reply.types, reply.stop_reason) == (["text"], "refusal")


@pytest.mark.parametrize(("content", "expected"), [("a", ["text"]), (None, ["text"])], ids=["after text", "alone"])
def test_it_keeps_no_call_that_a_filter_broke_off(content, expected):  # protocol F132
    reply = whole({"content": content, "tool_calls": [call('{"command": "l', name="Bash")]}, finish="content_filter")
    message = json.loads(fold(reply.typed))
    assert ([block["type"] for block in message["content"]], message["stop_reason"]) == (expected, "refusal")


def test_it_tells_of_context_management_where_it_was_asked_for():  # protocol G177
    assert whole({"content": "a"}, terms=terms(context_management=True)).message["context_management"] == {
        "applied_edits": []
    }
    assert "context_management" not in whole({"content": "a"}).message


def test_it_tells_what_was_cleared_from_the_conversation():
    edit = {"type": "clear_tool_uses_20250919", "cleared_input_tokens": 5, "cleared_tool_uses": 1}
    cleared = terms(context_management=True, applied_edits=(edit,))
    assert whole({"content": "a"}, terms=cleared).message["context_management"] == {"applied_edits": [edit]}


def test_it_tells_of_input_transformations_under_their_beta():
    beta = frozenset({"thinking-binding-controls-2026-08-01"})
    assert whole({"content": "a"}, terms=terms(betas=beta)).message["input_transformations"] == []


def test_it_answers_a_request_that_wants_nothing_generated():  # protocol B20
    reading = translation(terms(max_tokens=0))
    message = json.loads(fold(reading.nothing()))
    assert (message["content"], message["stop_reason"]) == ([], "max_tokens")
    assert (message["usage"]["input_tokens"], message["usage"]["output_tokens"]) == (77, 0)
    assert reading.finished
