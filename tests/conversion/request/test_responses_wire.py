"""Requests to the Responses API. `ask` has the official OpenAI types judge each of them."""

import json

import msgspec
import pytest
from hypothesis import given, settings

from conversion.signatures import ReasoningState, seal
from tests.conversion.request.ask import (
    KEYS,
    SECRET,
    ask,
    assistant,
    call,
    image,
    pdf,
    result,
    system,
    text,
    tool,
    user,
)
from tests.conversion.request.test_determinism import exchanges

ITEM = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed"}
ADAPTIVE = {"thinking": {"type": "adaptive"}}


def asked(messages="Hello", dialect="openai", model="gpt-5.6", overrides=None, **parameters):
    return ask(messages, dialect, model=model, overrides={"wire": "responses", **(overrides or {})}, **parameters)


def thought(*items, model="gpt-5.6", group="openai.test"):
    signature = seal(ReasoningState(group, model, "rs", list(items)), SECRET)
    return {"type": "thinking", "thinking": "Hm.", "signature": signature}


def types(sent):
    return [item["type"] for item in sent.body["input"]]


def test_a_text_becomes_one_message():
    sent = asked("Hello", model="gpt-4.1", max_tokens=100)
    assert sent.body == {
        "model": "gpt-4.1",
        "input": [{"type": "message", "role": "user", "content": "Hello"}],
        "max_output_tokens": 100,
        "prompt_cache_key": KEYS.conversation,
        "safety_identifier": KEYS.user,
        "store": False,
    }


def test_a_stream_is_asked_for_without_options():
    body = asked(stream=True).body
    assert body["stream"] is True
    assert "stream_options" not in body


def test_nothing_is_stored_where_chat_completions_need_not_be_told():
    assert asked(dialect="azure", model="mine", overrides={"family": "gpt-5.6"}).body["store"] is False


def test_the_system_prompt_becomes_instructions():
    sent = asked(system="Be brief.")
    assert sent.body["instructions"] == "Be brief."
    assert types(sent) == ["message"]


def test_a_system_prompt_with_cache_markers_stays_in_parts():
    sent = asked(system=[text("Be brief.", cache_control={"type": "ephemeral"})])
    assert "instructions" not in sent.body
    assert sent.body["input"][0] == {
        "type": "message",
        "role": "system",
        "content": [
            {"type": "input_text", "text": "Be brief.", "prompt_cache_breakpoint": {"mode": "explicit"}},
        ],
    }


def test_system_messages_stay_at_their_place():
    sent = asked([user("a"), assistant("b"), user("c"), system("d")])
    assert [(item["role"], item["content"]) for item in sent.body["input"]] == [
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
        ("system", "d"),
    ]


def test_images_and_documents_are_parts():
    (message,) = asked([user("See", image(), pdf(title="a.pdf"))]).body["input"]
    assert [part["type"] for part in message["content"]] == ["input_text", "input_image", "input_text", "input_file"]
    _, picture, _, document = message["content"]
    assert picture["image_url"].startswith("data:image/png;base64,")
    assert document["filename"] == "a.pdf"
    assert document["file_data"].startswith("data:application/pdf;base64,")


def test_calls_and_results_are_items():
    sent = asked([user("a"), assistant("b", call("Read", {"path": "x"}, "call_1")), user(result("done", "call_1"))])
    assert sent.body["input"][1:] == [
        {"type": "message", "role": "assistant", "content": "b"},
        {"type": "function_call", "call_id": "call_1", "name": "Read", "arguments": '{"path":"x"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "done"},
    ]


def test_an_image_stays_in_its_result():
    sent = asked([user("a"), assistant(call()), user(result([text("see"), image()]))])
    assert [part["type"] for part in sent.body["input"][-1]["output"]] == ["input_text", "input_image"]


@pytest.mark.parametrize("strict", [True, None])
def test_a_tool_is_flat_and_says_whether_it_is_strict(strict):
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    (offered,) = asked(tools=[tool(strict=strict, input_schema=schema)]).body["tools"]
    assert (offered["type"], offered["name"], offered["strict"]) == ("function", "Read", strict is True)
    assert offered["parameters"]["type"] == "object"


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "Read"}, {"type": "function", "name": "Read"}),
    ],
)
def test_a_choice_of_tools_is_told(choice, told):
    assert asked(tools=[tool()], tool_choice=choice).body["tool_choice"] == told


def test_a_choice_among_tools_is_flat():
    removal = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "Read"}}
    messages = [user("a"), {"role": "system", "content": [removal]}]
    sent = asked(messages, tools=[tool(), tool("Bash")])
    allowed = [{"type": "function", "name": "Bash"}]
    assert sent.body["tool_choice"] == {"type": "allowed_tools", "mode": "auto", "tools": allowed}


def test_parallel_calls_can_be_forbidden():
    sent = asked(tools=[tool()], tool_choice={"type": "auto", "disable_parallel_tool_use": True})
    assert sent.body["parallel_tool_calls"] is False


@pytest.mark.parametrize("model", ["gpt-5.4", "gpt-5.6", "gpt-6-astra"])
def test_tools_leave_the_effort_as_it_is(model):
    sent = asked(model=model, tools=[tool()], output_config={"effort": "high"}, **ADAPTIVE)
    assert sent.body["reasoning"] == {"effort": "high", "summary": "auto"}
    assert sent.body["include"] == ["reasoning.encrypted_content"]
    assert "effort_dropped" not in sent.notices


def test_models_that_chat_completions_refuse_tools_are_asked_this_way_unasked():
    sent = ask(model="gpt-6.1-sol", tools=[tool()], output_config={"effort": "medium"})
    assert sent.body["reasoning"]["effort"] == "medium"


@pytest.mark.parametrize(
    ("overrides", "parameters", "reasoning"),
    [
        pytest.param({}, {"thinking": {"type": "disabled"}}, {"effort": "none"}, id="off"),
        pytest.param({}, {"thinking": {"type": "adaptive", "display": "omitted"}}, None, id="not to be shown"),
        pytest.param({"reasoning_summary": "none"}, ADAPTIVE, None, id="an organization that may not see it"),
        pytest.param({"reasoning_summary": "detailed"}, ADAPTIVE, {"summary": "detailed"}, id="more of it"),
        pytest.param(
            {"extra_fields": {"reasoning": {"mode": "pro"}}}, ADAPTIVE, {"mode": "pro", "summary": "auto"}, id="extra"
        ),
    ],
)
def test_a_summary_is_asked_for_where_it_is_shown(overrides, parameters, reasoning):
    assert asked(overrides=overrides, **parameters).body.get("reasoning") == reasoning


@pytest.mark.parametrize(
    "parameters", [{"model": "gpt-4.1"}, {"overrides": {"reasoning_state": "none"}}], ids=["does not think", "refused"]
)
def test_state_is_asked_for_where_there_is_some(parameters):
    assert "include" not in asked(**parameters).body


def test_a_schema_of_the_answer_is_the_format_of_the_text():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    sent = asked(
        output_config={"format": {"type": "json_schema", "schema": schema}},
        overrides={"extra_fields": {"text": {"verbosity": "low"}}},
    )
    told = sent.body["text"]
    assert told["verbosity"] == "low"
    assert (told["format"]["type"], told["format"]["name"], told["format"]["strict"]) == (
        "json_schema",
        "response",
        True,
    )
    assert told["format"]["schema"] == schema


def test_stop_sequences_are_watched_for_here():
    sent = asked(model="gpt-4.1", stop_sequences=["END"])
    assert "stop" not in sent.body
    assert sent.terms.local_stop_sequences == ("END",)


def test_fields_that_the_backend_refuses_are_left_out():
    assert "safety_identifier" not in asked(overrides={"omitted_fields": ["safety_identifier"]}).body


def test_reasoning_stands_before_what_followed_it():
    first, second = ({**ITEM, "id": name} for name in ("rs_1", "rs_2"))
    content = assistant(thought(first), "Look", thought(second), call("Read", {}, "call_1"), call("Read", {}, "call_2"))
    sent = asked([user("a"), content, user(result("1", "call_1"), result("2", "call_2"))])
    assert types(sent) == [
        "message",
        "reasoning",
        "message",
        "reasoning",
        "function_call",
        "function_call",
        "function_call_output",
        "function_call_output",
    ]
    assert [item for item in sent.body["input"] if item["type"] == "reasoning"] == [first, second]


def test_a_text_is_what_it_was_to_its_turn():
    content = assistant(thought(ITEM, {"type": "phase", "phase": "commentary"}), "Look", call())
    sent = asked([user("a"), content, user(result())])
    assert types(sent)[1:4] == ["reasoning", "message", "function_call"]
    assert sent.body["input"][2]["phase"] == "commentary"


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(thought(ITEM, model="gpt-5.5"), id="another model's"),
        pytest.param(thought(ITEM, group="elsewhere"), id="another backend's"),
        pytest.param({"type": "thinking", "thinking": "Hm.", "signature": "real"}, id="unknown"),
    ],
)
def test_reasoning_of_others_is_left_out(block):
    assert "reasoning" not in types(asked([user("a"), assistant(block, "b"), user("c")]))


def test_reasoning_that_nothing_followed_is_left_out():
    assert types(asked([user("a"), assistant("b", thought(ITEM)), user("c")])) == ["message"] * 3


def test_chat_completions_get_no_items():
    sent = ask([user("a"), assistant(thought(ITEM), "b"), user("c")], model="gpt-5.6")
    assert sent.messages[1] == {"role": "assistant", "content": "b"}


def test_the_same_request_gives_the_same_bytes():
    assert asked(tools=[tool()]).conversion == asked(tools=[tool()]).conversion


def with_items(message):
    """The message with reasoning items where its thoughts are of ours."""
    if message["role"] != "assistant":
        return message
    blocks = [thought(ITEM) if block.get("signature") == "details" else block for block in message["content"]]
    return {**message, "content": blocks}


def input_of(messages):
    sent = asked(
        [with_items(message) for message in messages],
        overrides={"image_limit": None},
        tools=[tool("Read")],
        system="S",
        output_config={"effort": "high"},
        **ADAPTIVE,
    )
    return bytes(msgspec.json.decode(sent.conversion.body, type=dict[str, msgspec.Raw])["input"])


@settings(max_examples=50, deadline=None)
@given(conversation=exchanges())
def test_each_turn_only_adds_to_the_one_before(conversation):
    sent, before = [], b"["
    for spoken, answered in conversation:
        now = input_of(sent + spoken)
        assert now.startswith(before)
        assert json.loads(now)
        before = now[:-1]
        sent += spoken + answered
