import pytest

from tests.conversion.request.ask import ask, assistant, call, result, system, tool, user

PLACEHOLDER = tool("DeferredToolPlaceholder", defer_loading=True)
SEARCH = tool("ToolSearch")
READ = tool("Read")
DEFERRED = [tool(name, defer_loading=True) for name in ("Fetch", "Cron", "Notes")]


def loaded(*names):
    return result([{"type": "tool_reference", "tool_name": name} for name in names])


def searched(*names):
    return [user("a"), assistant(call("ToolSearch")), user(loaded(*names), "Tool loaded.")]


def change(kind, **tool_keys):
    return system({"type": f"tool_{kind}", "tool": tool_keys})


def addition(name):
    return change("addition", type="tool_reference", name=name)


def removal(name):
    return change("removal", type="tool_reference", name=name)


def definition(entry):
    return change("addition", type="tool_definition", definition=entry)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([user("a")], [], id="not loaded"),  # protocol E111
        pytest.param(searched("Cron"), ["Cron"], id="loaded"),  # protocol D80, E111
        pytest.param(searched("Notes", "Fetch"), ["Notes", "Fetch"], id="in the order of loading"),
        pytest.param(searched("Cron", "Nobody"), ["Cron"], id="unknown name"),
        pytest.param([user("a"), assistant(call("Cron")), user(result())], ["Cron"], id="called"),
        pytest.param([user("a"), addition("Cron")], ["Cron"], id="added"),
        pytest.param([user("a"), addition("Cron"), removal("Cron")], [], id="added and removed"),
        pytest.param([user("a"), removal("Cron"), addition("Cron")], ["Cron"], id="removed and added"),
        pytest.param([*searched("Cron"), removal("Cron")], [], id="loaded and removed"),
        pytest.param(
            [user("a"), change("addition", type="mcp_tool_reference", name="Cron", server_name="s")],
            [],
            id="of an MCP server",
        ),
        pytest.param(
            [user("a"), system("x", clear_at="next_user_message"), addition("Cron"), user("b")], ["Cron"], id="later"
        ),
    ],
)
def test_deferred_tools_are_offered_once_loaded(messages, expected):
    sent = ask(messages, tools=[DEFERRED[0], SEARCH, PLACEHOLDER, DEFERRED[1], READ, DEFERRED[2]])
    assert sent.tool_names == ["ToolSearch", "Read", *expected]


def test_results_of_the_real_tool_search_load_too():
    use = {"type": "server_tool_use", "id": "s", "name": "tool_search_tool_regex", "input": {"query": "x"}}
    references = {
        "type": "tool_search_tool_search_result",
        "tool_references": [{"type": "tool_reference", "tool_name": "Cron"}],
    }
    found = {"type": "tool_search_tool_result", "tool_use_id": "s", "content": references}
    sent = ask([user("a"), assistant(use, found, "b"), user("c")], tools=[READ, *DEFERRED])
    assert sent.tool_names == ["Read", "Cron"]


@pytest.mark.parametrize("variant", ["regex_20251119", "bm25_20251119", "regex", "bm25"])
def test_the_real_tool_search_loads_everything(variant):  # protocol E112
    search = {"type": f"tool_search_tool_{variant}", "name": "tool_search_tool"}
    assert ask(tools=[search, *DEFERRED, READ]).tool_names == ["Read", "Fetch", "Cron", "Notes"]


def test_tools_that_nothing_could_load_are_offered():
    assert ask(tools=[PLACEHOLDER, *DEFERRED]).tool_names == ["Fetch", "Cron", "Notes"]


@pytest.mark.parametrize("others", [[], [READ], DEFERRED], ids=["alone", "with a tool", "with deferred ones"])
def test_the_placeholder_is_never_offered(others):  # protocol E110
    assert "DeferredToolPlaceholder" not in ask(tools=[*others, PLACEHOLDER]).tool_names


def test_a_forced_tool_is_loaded():
    sent = ask(tools=[READ, *DEFERRED], tool_choice={"type": "tool", "name": "Cron"})
    assert sent.tool_names == ["Read", "Cron"]


def test_a_forced_tool_stands_behind_the_loaded_ones():
    sent = ask(searched("Notes"), tools=[SEARCH, *DEFERRED], tool_choice={"type": "tool", "name": "Fetch"})
    assert sent.tool_names == ["ToolSearch", "Notes", "Fetch"]


def test_tools_may_be_defined_on_the_way():  # protocol E113
    sent = ask(
        [user("a"), definition(tool("Plan")), definition({"type": "bash_20250124", "name": "bash"})], tools=[READ]
    )
    assert sent.tool_names == ["Read", "Plan", "bash"]
    assert sent.tools[1]["description"] == "Does Plan."


def test_a_definition_of_a_tool_that_is_there_changes_nothing():
    sent = ask([user("a"), definition(tool("Read", description="Other."))], tools=[READ])
    assert sent.tools == ask(tools=[READ]).tools


def test_defined_tools_may_be_removed():  # protocol E113
    assert ask([user("a"), definition(tool("Plan")), removal("Plan")], tools=[READ]).tool_names == ["Read"]


def test_a_tool_may_be_named_as_results_of_tools_name_it():  # protocol E113
    change = {"type": "tool_removal", "tool": {"type": "tool_reference", "tool_name": "Read"}}
    assert ask([user("a"), system(change)], tools=[READ, SEARCH]).tool_names == ["ToolSearch"]


def test_other_tools_may_be_removed_and_come_back():
    messages = [user("a"), removal("Read")]
    assert ask(messages, tools=[READ, SEARCH]).tool_names == ["ToolSearch"]
    assert ask([*messages, addition("Read")], tools=[READ, SEARCH]).tool_names == ["Read", "ToolSearch"]


def test_a_summary_keeps_the_changes_before_it():
    block = {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "Cron"}}
    summary = {"type": "compaction", "content": "S", "tool_changes": [block]}
    assert ask([user(summary, "a")], tools=[READ, *DEFERRED]).tool_names == ["Read", "Cron"]


@pytest.mark.parametrize("change", [{"type": "tool_addition"}, {"type": "tool_removal", "tool": {}}])
def test_changes_of_nothing_change_nothing(change):
    assert ask([user("a"), system(change)], tools=[READ]).tool_names == ["Read"]


def test_changes_of_tools_are_no_text():
    assert [message["role"] for message in ask([user("a"), addition("Cron")], tools=[READ]).messages] == ["user"]


def test_the_position_of_the_placeholder_does_not_matter():
    one = ask(tools=[PLACEHOLDER, READ, SEARCH])
    assert one.conversion.body == ask(tools=[READ, PLACEHOLDER, SEARCH]).conversion.body
