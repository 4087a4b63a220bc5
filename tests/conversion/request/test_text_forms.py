"""Blocks where no one expects them: they become text (protocol §2.1, §2.2)."""

import pytest

from tests.conversion.request.ask import ask, assistant, call, image, pdf, result, system, text, user


def document(**source):
    return {"type": "document", "title": "Plan", "source": source}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(
            document(type="text", data="All."), '<document title="Plan">\nAll.\n</document>', id="text document"
        ),
        pytest.param(
            document(type="content", content=[text("All."), image()]),
            '<document title="Plan">\nAll.\n[image]\n</document>',
            id="document of blocks",
        ),
        pytest.param(pdf(title="Plan"), '[document "Plan"]', id="PDF"),
        pytest.param(pdf(), "[document]", id="PDF without a title"),
    ],
)
def test_the_assistant_says_documents(block, expected):
    sent = ask([user("a"), assistant(block), user("b")])
    assert sent.messages[1] == {"role": "assistant", "content": expected}


def test_the_user_says_calls():
    assert ask([user(call("Read", {"a": 1}))]).last["content"] == '<tool_use name="Read">{"a":1}</tool_use>'


def test_a_search_result_of_a_server_tool_may_stand_alone():
    found = {"type": "web_search_result", "title": "Cats", "url": "https://c.example"}
    assert ask([user(found)]).last["content"] == "Cats — https://c.example"


def test_the_system_says_results():
    sent = ask([user("a"), system(result("x"))])
    assert sent.last == {"role": "system", "content": '<tool_result id="toolu_1">x</tool_result>'}


def test_tabs_of_another_shape_are_told_as_they_are():
    state = {"type": "browser_state", "tabs": [{"id": 5}]}
    assert ask([user(state)]).last["content"] == '{"id":5}'


@pytest.mark.parametrize("role", [assistant, system])
def test_an_upload_is_nothing_that_others_say(role):
    sent = ask([user("a"), role({"type": "container_upload", "file_id": "f"}), user("b")])
    assert {message["role"] for message in sent.messages} == {"user"}
