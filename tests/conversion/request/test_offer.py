import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, result, tool, user

READ = tool("Read")
WEB_SEARCH = {
    "type": "web_search_20250305",
    "name": "web_search",
    "max_uses": 8,
    "allowed_domains": ["a.example"],
    "blocked_domains": ["b.example"],
    "user_location": {"type": "approximate", "city": "Oslo"},
}
WEB_FETCH = {
    "type": "web_fetch_20250910",
    "name": "web_fetch",
    "max_content_tokens": 99,
    "citations": {"enabled": True},
}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}


@pytest.mark.parametrize(
    "dropped",
    [
        pytest.param(CODE, id="code execution"),  # protocol E104
        pytest.param({"type": "advisor_20260301", "name": "advisor", "model": "x"}, id="advisor"),  # protocol E104
        pytest.param({"type": "mcp_toolset", "mcp_server_name": "x"}, id="MCP toolset"),  # protocol E104
        pytest.param({"type": "teleport_20301231", "name": "teleport"}, id="unheard of"),
        pytest.param(tool("Inner", allowed_callers=["code_execution_20250825"]), id="callable by code only"),
        pytest.param(WEB_SEARCH, id="search"),
    ],
)
def test_tools_that_nobody_can_run_are_left_out(dropped):
    assert ask(tools=[READ, dropped]).tool_names == ["Read"]


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(tool("Odd", type="odd_20301231"), id="dated type with a schema"),
        pytest.param(tool("Odd", type="custom"), id="custom"),
        pytest.param(tool("Odd", type=None), id="null"),
        pytest.param(tool("Odd", allowed_callers=["direct", "code_execution_20250825"]), id="callable by both"),
    ],
)
def test_tools_with_a_schema_are_the_clients(kept):
    assert ask(tools=[READ, kept]).tool_names == ["Read", "Odd"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_tools_are_not_an_empty_list(dialect):  # protocol E102
    for sent in (ask(dialect=dialect, tools=[], tool_choice={"type": "auto"}), ask(dialect=dialect, tools=[CODE])):
        assert sent.body.keys().isdisjoint({"tools", "tool_choice", "parallel_tool_calls"})


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        pytest.param([READ, READ], "tools: Tool names must be unique.", id="twice"),  # protocol E109
        pytest.param([READ, {"input_schema": {}}], "tools.1.name: Field required", id="no name"),
        pytest.param(
            [WEB_SEARCH], "web_search is not available through this gateway", id="search only"
        ),  # protocol E124
        pytest.param([WEB_FETCH], "web_fetch is not available through this gateway", id="fetch only"),
    ],
)
def test_it_refuses(tools, message):
    with pytest.raises(InvalidRequest) as caught:
        ask(dialect="generic", tools=tools)
    assert caught.value.message == message


def test_openrouter_searches_itself():  # protocol E124
    sent = ask(dialect="openrouter", tools=[WEB_SEARCH, WEB_FETCH])
    assert sent.body["tools"] == [
        {
            "type": "openrouter:web_search",
            "parameters": {
                "allowed_domains": ["a.example"],
                "excluded_domains": ["b.example"],
                "max_uses": 8,
                "user_location": {"type": "approximate", "city": "Oslo"},
            },
        },
        {"type": "openrouter:web_fetch", "parameters": {"max_content_tokens": 99}},
    ]
    assert sent.terms.web_search


def test_the_reply_is_told_what_was_asked_last():
    messages = [
        user("Who?"),
        assistant("Me."),
        user("<system-reminder>x</system-reminder>", "What are cats? " + "y" * 300),
    ]
    assert ask(messages).terms.search_query == ("What are cats? " + "y" * 300)[:200]


@pytest.mark.parametrize(
    ("messages", "prompt", "noted"),
    [
        pytest.param("Hello", "Use code_execution.", True, id="in the system prompt"),
        pytest.param("Use code_execution.", "S", True, id="in the first message"),
        pytest.param("Hello", "S", False, id="nowhere"),
        pytest.param(
            [user("a"), assistant("b"), user("Use code_execution.")], "S", False, id="too late for the prefix"
        ),
        pytest.param(
            [
                user("a"),
                assistant({"type": "server_tool_use", "id": "1", "name": "code_execution", "input": {}}, "b"),
                user("c"),
            ],
            "S",
            True,
            id="used elsewhere",
        ),
    ],
)
def test_the_model_is_told_of_missing_tools_it_knows_of(messages, prompt, noted):
    sent = ask(messages, system=prompt, tools=[READ, CODE])
    line = "\n\nThe tools code_execution mentioned in this conversation are not available."
    assert sent.messages[0]["content"] == prompt + (line if noted else "")
    assert "tool_dropped" in sent.notices


def test_a_dropped_tool_cannot_be_forced():
    with pytest.raises(
        InvalidRequest, match="tool_choice: tool 'code_execution' is not available through this gateway"
    ):
        ask(tools=[READ, CODE], tool_choice={"type": "tool", "name": "code_execution"})


def test_an_unknown_tool_cannot_be_forced():
    with pytest.raises(InvalidRequest, match="tool_choice: tool 'X' is not among the tools of the request"):
        ask(tools=[READ], tool_choice={"type": "tool", "name": "X"})


def test_forced_and_used_tools_are_among_those_within_the_limit():  # protocol E122
    tools = [tool(f"tool_{number}") for number in range(200)]
    messages = [user("a"), assistant(call("tool_150")), user(result())]
    sent = ask(messages, tools=tools, tool_choice={"type": "tool", "name": "tool_199"})
    assert sent.tool_names == [*(f"tool_{number}" for number in range(126)), "tool_150", "tool_199"]
    assert sent.notices["tools_dropped"] == "200 tools, and the backend takes 128"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects_take_so_many_tools(dialect):  # protocol E122
    limits = {"openai": 128, "azure": 128, "azure_v1": 128, "groq": 128, "xai": 128, "gemini": 512}
    sent = ask(dialect=dialect, tools=[tool(f"tool_{number}") for number in range(600)])
    assert len(sent.tools) == limits.get(dialect, 600)


def test_loaded_tools_are_kept_before_others_that_were_deferred():  # protocol E122
    tools = [tool(f"tool_{number}", defer_loading=number > 1) for number in range(6)]
    found = result([{"type": "tool_reference", "tool_name": "tool_5"}])
    messages = [user("a"), assistant(call("tool_0")), user(found)]
    search = {"type": "tool_search_tool_regex", "name": "tool_search_tool_regex"}
    sent = ask(messages, overrides={"tool_limit": 3}, tools=[*tools, search])
    assert sent.tool_names == ["tool_0", "tool_1", "tool_5"]


SEARCHING = "gpt-5-search-api"


@pytest.mark.parametrize(
    ("search", "options"),
    [
        pytest.param(
            WEB_SEARCH, {"user_location": {"type": "approximate", "approximate": {"city": "Oslo"}}}, id="from a place"
        ),
        pytest.param({"type": "web_search_20260209", "name": "web_search"}, {}, id="from anywhere"),
    ],
)
def test_models_that_search_by_themselves_have_options(search, options):
    sent = ask(model=SEARCHING, tools=[search])
    assert sent.body["web_search_options"] == options
    assert "tools" not in sent.body


def test_a_tool_whose_schema_the_backend_never_takes_is_not_offered():
    sent = ask(tools=[READ, tool("Odd")], system="S", destination={"schema_levels": {"Odd": 4}})
    assert sent.tool_names == ["Read"]
    assert sent.messages[0]["content"] == "S\n\nThe tools Odd mentioned in this conversation are not available."
    assert sent.notices == {"tool_dropped": "the backend refuses the schema of Odd"}


def test_tools_that_were_removed_stay_in_the_list_where_the_choice_can_leave_them_out():
    removal = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "Read"}}
    messages = [user("a"), {"role": "system", "content": [removal]}]
    sent = ask(messages, model="gpt-5.1", tools=[READ, tool("Bash")])
    allowed = {"mode": "auto", "tools": [{"type": "function", "function": {"name": "Bash"}}]}
    assert sent.tool_names == ["Read", "Bash"]
    assert sent.body["tool_choice"] == {"type": "allowed_tools", "allowed_tools": allowed}
    forced = ask(messages, model="gpt-5.1", tools=[READ, tool("Bash")], tool_choice={"type": "any"})
    assert forced.body["tool_choice"]["allowed_tools"]["mode"] == "required"
    assert ask(messages, model="gpt-4.1", tools=[READ, tool("Bash")]).tool_names == ["Bash"]
