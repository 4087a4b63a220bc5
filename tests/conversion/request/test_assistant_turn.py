import json

import msgspec
import pytest

from conversion.errors import InvalidRequest
from conversion.request.arguments import arguments_of
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, image, result, text, user

THINKING = {"type": "thinking", "thinking": "t", "signature": "s"}


def assistant_message(*content, dialect="openai", **keys):
    sent = ask([user("a"), assistant(*content), user("b")], dialect, **keys)
    return next(message for message in sent.messages if message["role"] == "assistant")


def test_text_and_call_are_one_message():  # protocol D68
    assert assistant_message("Let me see.", call("Read", {"path": "/a"})) == {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [
            {"id": "toolu_1", "type": "function", "function": {"name": "Read", "arguments": '{"path":"/a"}'}}
        ],
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_call_alone_has_the_content_that_the_dialect_takes(dialect):  # protocol D69
    wanted = "" if dialect in {"ollama", "zai", "mistral", "qwen"} else None
    assert assistant_message(call(), dialect=dialect)["content"] == wanted


def test_a_call_alone_has_the_content_that_the_model_takes():  # protocol D69
    assert assistant_message(call(), dialect="generic", model="mistral-large")["content"] == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(["a", "b"], "ab", id="split text"),
        pytest.param(["a", THINKING, "b"], "ab", id="split by thinking"),
        pytest.param(["a", call(), "b"], "a\n\nb", id="around a call"),
        pytest.param(["a", " ", "b"], "a b", id="split at a blank"),
        pytest.param(["a", image(), "b"], "a\n\n[image]\n\nb", id="image"),
        pytest.param([THINKING, " \n", call()], None, id="blank"),
        pytest.param([result("x"), "a"], '<tool_result id="toolu_1">x</tool_result>\n\na', id="result"),
    ],
)
def test_texts_are_joined(content, expected):
    assert assistant_message(*content)["content"] == expected


def test_a_call_needs_a_name():
    with pytest.raises(InvalidRequest, match=r"messages\.1\.content\.0\.name: Field required"):
        assistant_message({"type": "tool_use", "id": "1", "input": {}})


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param(
            b'{"b": 1, "a" : [1.50, true]}', '{"b":1,"a":[1.50,true]}', id="order and numbers"
        ),  # protocol D70
        pytest.param('{"é": {"漢": "😀"}}'.encode(), '{"é":{"漢":"😀"}}', id="characters"),  # protocol D70
        pytest.param(rb'{"\u00e9":"\ud83d\ude00 \u0001"}', '{"é":"😀 \\u0001"}', id="escapes"),
        pytest.param(rb'{"path":"C:\\users"}', r'{"path":"C:\\users"}', id="backslash before u"),
        pytest.param(b'{"a":"x  y"}', '{"a":"x  y"}', id="blanks in a text"),
        pytest.param(b'"{\\"a\\": 1}"', '{"a":1}', id="object in a text"),
        pytest.param(b'"rm -rf"', "{}", id="text"),
        pytest.param(b"[1]", "{}", id="array"),
        pytest.param(b"null", "{}", id="null"),
        pytest.param(b"", "{}", id="absent"),
    ],
)
def test_arguments_are_compact_json_of_an_object(received, expected):
    assert arguments_of(msgspec.Raw(received)) == expected


def test_input_that_the_client_could_not_parse_is_passed_on():  # protocol D99
    message = assistant_message(call(input={"__unparsedToolInput": {"raw": '{"a": ', "len": 6}}))
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {
        "__unparsedToolInput": {"raw": '{"a": ', "len": 6}
    }


@pytest.mark.parametrize(
    ("dialect", "model", "client_id", "expected"),
    [
        pytest.param("openai", "", "toolu_1", "toolu_1", id="as it is"),
        pytest.param("generic", "", "x" * 64, "x" * 64, id="long"),
        pytest.param("openai", "", "x" * 41, "call_3164596df4fdd018b2c567ec8c03e79b", id="too long for openai"),
        pytest.param("moonshot", "", "toolu_xZnVuY3Rpb25zLlJlYWQ6MA", "functions.Read:0", id="wrapped"),
        pytest.param("generic", "mistral-large", "abcDEF123", "abcDEF123", id="nine already"),
    ],
)
def test_ids_are_those_of_the_backend(dialect, model, client_id, expected):
    sent = ask([user("a"), assistant(call(id=client_id)), user(result(id=client_id))], dialect, model=model)
    assert sent.messages[1]["tool_calls"][0]["id"] == sent.messages[2]["tool_call_id"] == expected


@pytest.mark.parametrize("dialect", ["generic", "mistral", "vllm", "ollama"])
def test_mistral_models_get_nine_letters_and_digits(dialect):  # protocol D90
    sent = ask([user("a"), assistant(call()), user(result())], dialect, model="devstral-small")
    call_id = sent.messages[1]["tool_calls"][0]["id"]
    assert call_id == sent.messages[2]["tool_call_id"]
    assert len(call_id) == 9
    assert call_id.isalnum()


def test_a_call_without_an_id_gets_one_from_its_place():
    messages = [user("a"), assistant(call(id="")), user(result(id=""))]
    sent = ask(messages)
    call_id = sent.messages[1]["tool_calls"][0]["id"]
    assert call_id == sent.messages[2]["tool_call_id"] == ask([*messages, assistant("b")]).messages[2]["tool_call_id"]
    assert call_id.startswith("call_")


def test_the_reply_is_told_the_ids_of_the_history():
    assert ask([user("a"), assistant(call(id="1"), call(id="2")), user("b")]).terms.used_tool_ids == {"1", "2"}


def test_text_is_never_taken_for_an_image_without_notice():
    sent = ask([user("a"), assistant(text("b"), image()), user("c")])
    assert sent.notices == {"image_dropped": "messages.1: the assistant's messages are text"}
