import pytest

from conversion.request.tool_results import NO_RESULT
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, image, pdf, result, text, user

ASK = user("a")
TWO = assistant(call("Read", id="1"), call("Bash", id="2"))
ONE = assistant(call("Read", id="1"))


def answers(sent):
    return [(message["tool_call_id"], message["content"]) for message in sent.messages if message["role"] == "tool"]


def roles(sent):
    return [message["role"] for message in sent.messages]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_results_come_in_the_order_of_the_calls(dialect):  # protocol D71
    sent = ask([ASK, TWO, user(result("b", "2"), result("a", "1"))], dialect)
    ids = [call["id"] for call in sent.messages[1]["tool_calls"]]
    assert answers(sent) == [(ids[0], "a"), (ids[1], "b")]


def test_results_may_come_in_several_messages():
    assert answers(ask([ASK, TWO, user(result("b", "2")), user("x"), user(result("a", "1"))])) == [
        ("1", "a"),
        ("2", "b"),
    ]


@pytest.mark.parametrize("dialect", ["openai", "openrouter"])
def test_the_rest_of_the_message_follows_the_results(dialect):  # protocol D72
    sent = ask([ASK, ONE, user("before", result(id="1"), "after", image())], dialect)
    assert roles(sent) == ["user", "assistant", "tool", "user"]
    assert [part["type"] for part in sent.last["content"]] == ["text", "text", "image_url"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(None, "", id="null"),  # protocol D73
        pytest.param("", "", id="empty"),
        pytest.param([], "", id="no blocks"),
        pytest.param("x", "x", id="text"),
        pytest.param([text("x")], "x", id="one block"),
        pytest.param([text("x"), text("y")], "x\ny", id="two blocks"),  # protocol D74
        pytest.param([{"type": "tool_reference", "tool_name": "X"}], "Tool loaded: X", id="reference"),  # protocol D80
        pytest.param(
            [{"type": "search_result", "source": "s", "title": "t", "content": [text("x")]}],
            '<search_result source="s" title="t">\nx\n</search_result>',
            id="search result",  # protocol D79
        ),
        pytest.param(
            [
                {
                    "type": "browser_state",
                    "tabs": [
                        {"tab_id": "1", "title": "A", "url": "https://a.example", "active": True},
                        {"tab_id": "2", "title": "B", "url": "https://b.example"},
                    ],
                    "state_changes": [{"type": "tab_opened", "tab_id": "2"}],
                }
            ],
            '[*] 1 A https://a.example\n[ ] 2 B https://b.example\n{"type":"tab_opened","tab_id":"2"}',
            id="browser state",  # protocol D79
        ),
    ],
)
def test_results_are_text(content, expected):
    assert answers(ask([ASK, ONE, user(result(content, "1"))])) == [("1", expected)]


def test_a_result_without_content_is_empty():  # protocol D73
    bare = {"type": "tool_result", "tool_use_id": "1"}
    assert answers(ask([ASK, ONE, user(bare)])) == [("1", "")]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_some_dialects_want_a_word_for_nothing(dialect):  # protocol D73
    ((_, content),) = answers(ask([ASK, ONE, user(result("", "1"))], dialect))
    assert content == ("(no output)" if dialect in {"gemini", "qwen"} else "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("boom", "Error: boom", id="text"),  # protocol D75
        pytest.param("<tool_use_error>boom", "<tool_use_error>boom", id="tagged"),  # protocol D75
        pytest.param("Error: boom", "Error: boom", id="said already"),
        pytest.param("error boom", "error boom", id="said in lower case"),
        pytest.param("", "Error: (no output)", id="empty"),
        pytest.param([text("boom"), text("bang")], "Error: boom\nbang", id="blocks"),
    ],
)
def test_errors_say_so(content, expected):
    assert answers(ask([ASK, ONE, user(result(content, "1", is_error=True))])) == [("1", expected)]


@pytest.mark.parametrize("flag", [False, None])
def test_other_results_do_not(flag):
    assert answers(ask([ASK, ONE, user(result("x", "1", is_error=flag))])) == [("1", "x")]


@pytest.mark.parametrize("dialect", ["openai", "generic", "gemini", "groq", "ollama", "vllm"])
def test_images_are_lifted_out_of_results(dialect):  # protocol D76
    sent = ask([ASK, ONE, user(result([text("x"), image(), text("y")], "1"))], dialect)
    assert answers(sent) == [("1", "x\n[image 1 of this result is attached in the next message]\ny")]
    assert sent.last["role"] == "user"
    assert sent.last["content"][0] == text("Image 1 from tool result Read (1):")
    assert sent.last["content"][1]["type"] == "image_url"


def test_openrouter_takes_images_in_results():  # protocol D76
    sent = ask([ASK, ONE, user(result([text("x"), image()], "1", is_error=True))], "openrouter")
    assert [part.get("text", part["type"]) for part in answers(sent)[0][1]] == ["Error: x", "image_url"]
    assert sent.last["role"] == "tool"


def test_an_error_that_is_only_an_image_says_so_before_it():
    sent = ask([ASK, ONE, user(result([image()], "1", is_error=True))], "openrouter")
    assert [part.get("text", part["type"]) for part in answers(sent)[0][1]] == ["Error:", "image_url"]


def test_images_of_all_results_are_in_one_message():  # protocol D77
    sent = ask([ASK, TWO, user(result([image()], "2"), result([image(), image()], "1"), "and?")])
    assert roles(sent) == ["user", "assistant", "tool", "tool", "user"]
    assert [part.get("text", "*") for part in sent.last["content"]] == [
        "Image 1 from tool result Read (1):",
        "*",
        "Image 2 from tool result Read (1):",
        "*",
        "Image 1 from tool result Bash (2):",
        "*",
        "and?",
    ]


def test_documents_are_lifted_where_they_are_taken():  # protocol D78
    sent = ask([ASK, ONE, user(result([text("x"), pdf(title="Plan")], "1"))])
    assert answers(sent) == [("1", "x\nDocument: Plan\n[document 1 of this result is attached in the next message]")]
    assert [part["type"] for part in sent.last["content"]] == ["text", "file"]


def test_documents_are_told_of_where_they_are_not():  # protocol D78
    sent = ask([ASK, ONE, user(result([pdf()], "1"))], "generic")
    assert answers(sent) == [("1", "[document: PDF content is not available to this model]")]
    assert sent.last["role"] == "tool"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(
            [ASK, ONE, user("x")], ["user", "assistant", "tool", "user"], id="the user goes on"
        ),  # protocol D81
        pytest.param([ASK, ONE], ["user", "assistant", "tool"], id="the end"),
        pytest.param(
            [ASK, ONE, assistant("x"), ASK], ["user", "assistant", "tool", "user"], id="one turn of two messages"
        ),
    ],
)
def test_a_call_without_a_result_gets_one(messages, expected):
    sent = ask(messages)
    assert roles(sent) == expected
    assert answers(sent) == [("1", NO_RESULT)]
    assert sent.notices == {"missing_result": "no result for a call of Read"}


def test_a_late_result_replaces_the_one_that_stood_for_it():
    sent = ask([ASK, ONE, user("x"), assistant("y"), user(result([text("late"), image()], "1"), "z")])
    assert answers(sent) == [("1", "late\n[image 1 of this result is attached in the next message]")]
    assert sent.last["content"][0] == text("Image 1 from tool result Read (1):")


def test_a_result_without_a_call_becomes_text():  # protocol D82
    sent = ask([ASK, ONE, user(result("a", "1"), "x", result("b", "9"))])
    assert answers(sent) == [("1", "a")]
    assert sent.last["content"] == [text("x"), text('<tool_result id="9">b</tool_result>')]
    assert sent.notices["orphaned_result"].startswith("messages.2.content.2")


def test_a_result_without_a_call_keeps_its_images():
    sent = ask([user(result([text("b"), image()], "9"))])
    assert [part.get("text", "*") for part in sent.last["content"]] == [
        '<tool_result id="9">b\n[image]</tool_result>',
        "*",
    ]


def test_several_results_of_one_call_are_one():  # protocol D83
    assert answers(ask([ASK, ONE, user(result("a", "1"), result("b", "1"))])) == [("1", "a\nb")]


def test_a_conversation_may_begin_with_a_result():  # protocol D84
    sent = ask([user(result("a", "1"))])
    assert sent.messages == [{"role": "user", "content": '<tool_result id="1">a</tool_result>'}]


def test_ids_may_be_used_again_in_later_turns():
    sent = ask([ASK, ONE, user(result("a", "1")), assistant("x"), ASK, ONE, user(result("b", "1"))])
    assert answers(sent) == [("1", "a"), ("1", "b")]
