import msgspec
import pytest

from conversion.errors import InvalidRequest
from conversion.request.read import read_count_tokens_request, read_messages_request
from tests.conversion.request.ask import ask, body_of, text, user


def read(body):
    return read_messages_request(body if isinstance(body, bytes) else msgspec.json.encode(body))


def refusal(body):
    with pytest.raises(InvalidRequest) as caught:
        read(body)
    return caught.value


def without(key):
    return {name: value for name, value in body_of().items() if name != key}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"not JSON", "The request body is not valid JSON", id="no JSON"),  # protocol A7
        pytest.param(b'{"model": "x", ', "The request body is not valid JSON", id="cut off"),
        pytest.param(b"[" * 100_000, "The request body is nested too deeply", id="too deep"),
        pytest.param([], "The request body is not valid: Input should be an object", id="array"),  # protocol A8
        pytest.param(without("model"), "model: Field required", id="no model"),  # protocol A8
        pytest.param(body_of() | {"model": 5}, "model: Input should be a valid string", id="model of a wrong type"),
        pytest.param(body_of() | {"model": ""}, "model: String should have at least 1 character", id="empty model"),
        pytest.param(without("max_tokens"), "max_tokens: Field required", id="no max_tokens"),  # protocol A8
        pytest.param(body_of() | {"max_tokens": 1.5}, "max_tokens: Input should be a valid integer", id="fraction"),
        pytest.param(body_of() | {"max_tokens": True}, "max_tokens: Input should be a valid integer", id="bool"),
        pytest.param(
            body_of() | {"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0", id="negative"
        ),
        pytest.param(without("messages"), "messages: Field required", id="no messages"),
        pytest.param(body_of([]), "messages: at least one message is required", id="empty messages"),  # protocol A8
        pytest.param(body_of({"role": "user"}), "messages: Input should be a valid list", id="messages are no list"),
        pytest.param(body_of([5]), "messages.0: Input should be an object", id="message is no object"),
        pytest.param(body_of([{"content": "x"}]), "messages.0.role: Field required", id="no role"),
        pytest.param(
            body_of([user("a"), {"role": "tool", "content": "x"}]),
            "messages.1.role: Input should be 'user', 'assistant' or 'system'",
            id="unknown role",
        ),
        pytest.param(body_of([{"role": "user"}]), "messages.0.content: Field required", id="no content"),
        pytest.param(
            body_of([{"role": "user", "content": 5}]),
            "messages.0.content: Input should be a valid string or a valid list",
            id="content of a wrong type",
        ),
        pytest.param(
            body_of() | {"system": {}},
            "system: Input should be a valid string or a valid list",
            id="system is an object",
        ),
        pytest.param(body_of() | {"stream": "yes"}, "stream: Input should be a valid boolean", id="stream is a text"),
        pytest.param(body_of() | {"tools": {}}, "tools: Input should be a valid list", id="tools are no list"),
        pytest.param(body_of() | {"tools": [5]}, "tools.0: Input should be an object", id="tool is no object"),
        pytest.param(
            body_of() | {"tools": [{"name": 5}]}, "tools.0.name: Input should be a valid string", id="name is no text"
        ),
        pytest.param(body_of([user("a"), {"role": 5, "content": "x"}]), "messages.1.role: Input should be", id="role"),
        pytest.param(
            body_of() | {"tools": [{"name": "a", "description": 5}]},
            "tools.0.description: Input should be a valid string",
            id="description is no text",
        ),
    ],
)
def test_it_tells_the_first_fault(body, message):
    assert refusal(body).message.startswith(message)


def test_it_tells_faults_in_the_order_of_the_parameters():
    broken = {"messages": [], "max_tokens": -1, "compaction": {}}
    assert refusal(broken).message.startswith("model")
    assert refusal(broken | {"model": "x"}).message.startswith("max_tokens")
    assert refusal(broken | {"model": "x", "max_tokens": 1}).message.startswith("messages")


def test_it_does_not_mind_parameters_that_nobody_knows():  # protocol A6
    sent = ask(
        foo_extra=1, tags=["a"], inference_geo="eu", diagnostics={"previous_message_id": "x"}, fallbacks="default"
    )
    assert "foo_extra" not in sent.body
    assert sent.conversion.notices == ()


@pytest.mark.parametrize(
    ("written", "received"),
    [
        pytest.param(rb"a\ud800b", "a\ufffdb", id="high alone"),  # protocol A11, C65
        pytest.param(rb"a\udc00b", "a\ufffdb", id="low alone"),
        pytest.param(rb"\ud800\ud83d\ude00", "\ufffd😀", id="high before a pair"),
        pytest.param(rb"\\ud800", r"\ud800", id="an escaped backslash"),
        pytest.param(rb"\\\ud800", "\\\ufffd", id="behind an escaped backslash"),
        pytest.param(rb"\\ud83d\ude00\ud800", "\\ud83d\ufffd\ufffd", id="text that looks like the first half"),
        pytest.param(rb"\ud83d\ude00", "😀", id="a pair"),
        pytest.param(b"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb", id="as invalid UTF-8"),
        pytest.param(rb"a\u0000b", "a\x00b", id="NUL"),  # protocol C65
    ],
)
def test_it_replaces_what_is_no_character(written, received):
    body = b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"%s"}]}' % written
    assert msgspec.json.decode(read(body).messages[0].content) == received


def test_an_escape_that_is_cut_by_another_character_is_no_json():
    body = b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"\\ud800\\ud8\xc3\xa9"}]}'
    assert refusal(body).message.startswith("The request body is not valid JSON")


def test_it_replaces_lone_surrogates_in_what_is_only_passed_on():
    body = rb'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a","input_schema":{"d":"\ud800"}}]}'
    assert msgspec.json.decode(read(body).tools[0].input_schema) == {"d": "\ufffd"}


def test_it_skips_a_byte_order_mark():
    assert read(b"\xef\xbb\xbf" + msgspec.json.encode(body_of())).model == "claude-test"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        pytest.param(
            {"compaction": {"type": "summarize"}}, "compaction: Extra inputs", id="compaction"
        ),  # protocol B45
        pytest.param(
            {"mcp_servers": [{"type": "url"}]}, "mcp_servers: the MCP connector", id="mcp_servers"
        ),  # protocol B40
        pytest.param({"thread": {"type": "create"}}, "thread: server-side threads", id="thread"),
        pytest.param({"billing_policy": {"bill_to": "user_profile"}}, "billing_policy.bill_to", id="billing"),
    ],
)
def test_it_refuses_what_must_not_be_dropped(parameters, message):
    assert refusal(body_of(**parameters)).message.startswith(message)


def test_it_makes_the_caller_of_a_thread_send_everything():  # protocol B43
    assert refusal(body_of(thread={"type": "create"})).details == {"error_code": "thread_unsupported_request"}


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"container": {"skills": []}}, id="container"),  # protocol B40
        pytest.param({"container": "container_1"}, id="container as text"),
        pytest.param({"mcp_servers": []}, id="no MCP servers"),  # protocol B40
        pytest.param({"diagnostics": {"previous_message_id": None}}, id="diagnostics"),  # protocol B45
        pytest.param({"safeguards": None, "thread": None, "compaction": None}, id="nulls"),
        pytest.param({"billing_policy": {"type": "billing_policy", "bill_to": "workspace"}}, id="billing"),
        pytest.param({"thinking": {"type": "between_tools"}}, id="thinking between tools"),  # protocol B31
        pytest.param({"thinking": {"type": "adaptive", "display": "updates"}}, id="thinking updates"),  # protocol B31
        pytest.param({"betas": ["x"], "anthropic_version": "x", "anthropic_beta": ["y"]}, id="headers in the body"),
    ],
)
def test_it_accepts_what_can_be_dropped(parameters):
    ask(**parameters)


def test_system_messages_need_no_content():
    sent = ask([user("Hello"), {"role": "system", "output_config": {"effort": "low"}}])
    assert [message["role"] for message in sent.messages] == ["user"]


def test_developer_is_another_word_for_system():
    assert ask([user("a"), {"role": "developer", "content": "b"}]).last == {"role": "system", "content": "b"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param([{"text": "x"}], "messages.0.content.0.type: Field required", id="no type"),
        pytest.param([text("a"), {"type": 5}], "messages.0.content.1.type: Input should be a valid string", id="type"),
        pytest.param(["x"], "messages.0.content.0: Input should be an object", id="no object"),
        pytest.param(
            [{"type": "text", "text": 5}], "messages.0.content.0.text: Input should be a valid string", id="text"
        ),
        pytest.param(
            [{"type": "tool_result", "tool_use_id": "x", "content": [{"text": "y"}]}],
            "messages.0.content.0.content.0.type: Field required",
            id="within a result",
        ),
        pytest.param([{"type": "image"}], "messages.0.content.0.source: Field required", id="image without source"),
        pytest.param(
            [{"type": "tool_result", "tool_use_id": "x", "is_error": "yes"}],
            "messages.0.content: Expected `bool | null`, got `str` - at `$[0].is_error`",
            id="flag of a wrong type",
        ),
    ],
)
def test_it_names_the_place_of_a_broken_block(content, message):
    with pytest.raises(InvalidRequest) as caught:
        ask([{"role": "user", "content": content}])
    assert caught.value.message == message


def test_counting_needs_no_max_tokens():  # protocol K250
    body = msgspec.json.encode(without("max_tokens"))
    assert read_count_tokens_request(body).max_tokens is None


def test_counting_needs_messages():  # protocol K250
    with pytest.raises(InvalidRequest, match="messages: Field required"):
        read_count_tokens_request(b'{"model":"m"}')
