import pytest

from tests.conversion.request.ask import ask, assistant, text, user


def use(name="web_search", input=None, id="srvtoolu_1"):
    return {"type": "server_tool_use", "id": id, "name": name, "input": input or {}}


def answer(kind, content, id="srvtoolu_1", **keys):
    return {"type": kind, "tool_use_id": id, "content": content, **keys}


def found(title, url):
    return {"type": "web_search_result", "title": title, "url": url, "encrypted_content": "x", "page_age": None}


def told(*content):
    sent = ask([user("a"), assistant(*content), user("b")])
    assert "tool_calls" not in sent.messages[1]
    return sent.messages[1]["content"]


@pytest.mark.parametrize(
    ("call", "result", "expected"),
    [
        pytest.param(
            use(input={"query": "cats"}),
            answer("web_search_tool_result", [found("Cats", "https://c.example"), found("", "https://d.example")]),
            "[web_search] query: cats\n1. Cats — https://c.example\n2. https://d.example",
            id="search",  # protocol D97
        ),
        pytest.param(
            use(input={"query": "cats"}),
            answer("web_search_tool_result", {"type": "web_search_tool_result_error", "error_code": "unavailable"}),
            "[web_search] query: cats\nerror: unavailable",
            id="failed search",
        ),
        pytest.param(
            use("web_fetch", {"url": "https://c.example"}),
            answer(
                "web_fetch_tool_result",
                {
                    "type": "web_fetch_result",
                    "url": "https://c.example",
                    "content": {"source": {"type": "text", "data": "Cats."}},
                },
            ),
            "[web_fetch] url: https://c.example\nCats.",
            id="fetch",
        ),
        pytest.param(
            use("code_execution", {"code": "print(1)"}),
            answer(
                "code_execution_tool_result",
                {"type": "code_execution_result", "stdout": "1", "stderr": "", "return_code": 0, "content": []},
            ),
            "[code_execution] print(1)\n1\nreturn code: 0",
            id="code",
        ),
        pytest.param(
            use("bash_code_execution", {"command": "ls"}),
            answer(
                "bash_code_execution_tool_result",
                {"type": "bash_code_execution_result", "stdout": "a", "stderr": "b", "return_code": 1},
            ),
            "[bash_code_execution] ls\na\nb\nreturn code: 1",
            id="shell",
        ),
        pytest.param(
            use("text_editor_code_execution", {"command": "view", "path": "/a"}),
            answer(
                "text_editor_code_execution_tool_result",
                {"type": "text_editor_code_execution_view_result", "content": "A"},
            ),
            "[text_editor_code_execution] view /a\nA",
            id="editor",
        ),
        pytest.param(
            use("text_editor_code_execution", {"command": "str_replace", "path": "/a"}),
            answer(
                "text_editor_code_execution_tool_result",
                {"type": "text_editor_code_execution_str_replace_result", "lines": ["-a", "+b"]},
            ),
            "[text_editor_code_execution] str_replace /a\n-a\n+b",
            id="edit",
        ),
        pytest.param(
            use("code_execution", {"code": "x"}),
            answer(
                "code_execution_tool_result",
                {"type": "encrypted_code_execution_result", "encrypted_stdout": "?", "return_code": 0},
            ),
            "[code_execution] x\n[output not available]",
            id="encrypted",
        ),
        pytest.param(
            use("advisor"),
            answer("advisor_tool_result", {"type": "advisor_result", "text": "Test it."}),
            "[advisor] Test it.",
            id="advice",
        ),
        pytest.param(
            use("web_fetch", {"url": 5}),
            answer("web_fetch_tool_result", {"type": "web_fetch_tool_result_error", "error_code": "url_not_allowed"}),
            "[web_fetch]\nerror: url_not_allowed",
            id="failed fetch",
        ),
        pytest.param(
            use("code_execution", {"code": "x"}),
            answer(
                "code_execution_tool_result", {"type": "code_execution_tool_result_error", "error_code": "unavailable"}
            ),
            "[code_execution] x\nerror: unavailable",
            id="failed code",
        ),
        pytest.param(
            use("code_execution"),
            answer("code_execution_tool_result", {"type": "code_execution_result", "stdout": "1"}),
            "[code_execution]\n1",
            id="code that nobody knows",
        ),
        pytest.param(
            {"type": "mcp_tool_use", "id": "m", "name": "find", "server_name": "wiki", "input": {"q": 1}},
            answer("mcp_tool_result", [text("Found.")], "m"),
            'MCP wiki.find({"q":1}) → Found.',
            id="MCP",  # protocol D98
        ),
        pytest.param(
            {"type": "mcp_tool_use", "id": "m", "name": "find", "server_name": "wiki", "input": {}},
            answer("mcp_tool_result", "Gone.", "m", is_error=True),
            "MCP wiki.find({}) → Error: Gone.",
            id="MCP failure",
        ),
    ],
)
def test_what_server_tools_did_is_one_text(call, result, expected):
    assert told(call, result) == expected
    assert told("Before.", call, result, "After.") == f"Before.\n\n{expected}\n\nAfter."


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(
            answer("advisor_tool_result", {"type": "advisor_redacted_result", "encrypted_content": "?"}), id="redacted"
        ),
        pytest.param(
            answer("tool_search_tool_result", {"type": "tool_search_tool_search_result", "tool_references": []}),
            id="tool search",
        ),
    ],
)
def test_some_results_are_not_told(result):
    assert told("Before.", use(), result, "After.") == "Before.After."


def test_a_result_without_its_use_is_told():
    assert told(answer("web_search_tool_result", [found("Cats", "u")])) == "[web_search]\n1. Cats — u"
