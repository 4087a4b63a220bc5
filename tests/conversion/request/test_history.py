import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, result, system, text, user

ENVIRONMENT = system("Today is Monday.")
WRAPPED = "<system-reminder>\nToday is Monday.\n</system-reminder>"


def roles(sent):
    return [message["role"] for message in sent.messages]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_messages_of_one_role_in_a_row_are_merged(dialect):  # protocol D85
    sent = ask([user("a"), user("b"), assistant("c"), assistant("d"), user("e")], dialect)
    assert roles(sent) == ["user", "assistant", "user"]
    assert sent.messages[1]["content"] == "c\n\nd"


@pytest.mark.parametrize(
    "nothing",
    [
        pytest.param(user(""), id="empty text"),
        pytest.param({"role": "user", "content": []}, id="no blocks"),
        pytest.param({"role": "user", "content": None}, id="null"),
        pytest.param(user(text(" "), text("\n")), id="blank texts"),  # protocol C64
        pytest.param(assistant({"type": "thinking", "thinking": "t", "signature": "s"}), id="thinking only"),
        pytest.param(assistant({"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}), id="fallback only"),
        pytest.param(assistant({"type": "mcp_tool_listing", "mcp_server_name": "a", "tools": []}), id="listing only"),
        pytest.param(
            assistant({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}), id="lone use"
        ),
        pytest.param({"role": "system", "content": []}, id="empty system message"),
    ],
)
def test_messages_that_say_nothing_are_dropped(nothing):
    sent = ask([user("a"), assistant("b"), nothing, user("c")])
    assert roles(sent) == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    "messages", [[user("")], [assistant("")], [system("a")], [user({"type": "browser_state", "tabs": []})]]
)
def test_a_conversation_must_say_something(messages):
    with pytest.raises(InvalidRequest, match="messages: at least one message is required"):
        ask(messages)


def test_system_messages_keep_their_place():  # protocol D87
    sent = ask([user("a"), ENVIRONMENT, assistant("b"), user("c")])
    assert roles(sent) == ["user", "system", "assistant", "user"]
    assert sent.messages[1]["content"] == "Today is Monday."


def test_system_messages_are_wrapped_where_they_have_no_place():  # protocol D87
    sent = ask([user("a"), ENVIRONMENT, assistant("b"), user("c")], "generic")
    assert [message["content"] for message in sent.messages] == [f"a\n\n{WRAPPED}", "b", "c"]


def test_a_wrapped_message_may_stand_alone():
    sent = ask([user("a"), assistant("b"), ENVIRONMENT], "generic")
    assert sent.last == {"role": "user", "content": WRAPPED}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_some_dialects_take_system_messages_anywhere(dialect):  # protocol D87
    native = dialect in {"openai", "azure", "azure_v1", "deepseek", "groq", "xai"}
    assert ("system" in roles(ask([user("a"), ENVIRONMENT], dialect))) is native


def test_system_messages_may_have_another_role():
    sent = ask([user("a"), ENVIRONMENT], overrides={"system_role": "developer"}, system="S")
    assert roles(sent) == ["developer", "user", "developer"]


@pytest.mark.parametrize(
    ("model", "native"),
    [("openai/gpt-4.1", True), ("x-ai/grok-3", True), ("anthropic/claude", False), ("qwen/qwen3", False)],
)
def test_openrouter_depends_on_the_model(model, native):
    sent = ask([user("a"), ENVIRONMENT], "openrouter", model=model)
    assert ("system" in roles(sent)) is native


@pytest.mark.parametrize("dialect", DIALECTS)
def test_system_messages_never_part_calls_from_results(dialect):  # protocol D86
    messages = [user("a"), assistant(call(id="1"), call(id="2")), ENVIRONMENT, user(result(id="2")), ENVIRONMENT]
    sent = ask([*messages, user(result(id="1"), "b")], dialect)
    assert roles(sent)[:4] == ["user", "assistant", "tool", "tool"]
    ids = [call["id"] for call in sent.messages[1]["tool_calls"]]
    assert [message["tool_call_id"] for message in sent.messages[2:4]] == ids
    assert sent.last["role"] == "user"


def test_system_messages_do_not_change_the_order_of_what_is_said():
    messages = [user("a"), assistant(call()), user(result(), "b"), ENVIRONMENT, user("c")]
    assert roles(ask(messages)) == ["user", "assistant", "tool", "user", "system", "user"]


def test_cleared_system_messages_are_gone():  # protocol D88
    sent = ask([user("a"), system("Only now.", clear_at="next_user_message"), assistant("b"), user("c")])
    assert roles(sent) == ["user", "assistant", "user"]


@pytest.mark.parametrize("clear_at", ["next_user_message", "never", None])
def test_system_messages_that_are_not_cleared_yet_stay(clear_at):
    sent = ask([user("a"), system("Only now.", clear_at=clear_at)])
    assert sent.last["content"] == "Only now."


@pytest.mark.parametrize(
    ("model", "first"),
    [("mistral-large", "(conversation continues)"), ("gemma-3", "(conversation continues)"), ("qwen3", "a")],
)
def test_some_models_want_the_user_first(model, first):
    sent = ask([assistant("a"), user("b")], "generic", model=model)
    assert sent.messages[0]["content"] == first
