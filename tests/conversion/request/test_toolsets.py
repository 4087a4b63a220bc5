import anthropic.types as official
import pytest
from anthropic.types.browser_member_name import BROWSER_MEMBER_NAME_VALUES
from anthropic.types.computer_member_name import COMPUTER_MEMBER_NAME_VALUES

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, result, tool, user

COMPUTER = {"type": "computer_toolset_20260801"}
BROWSER = {"type": "browser_toolset_20260801"}
MEMBERS = [
    pytest.param(toolset, member, id=f"{toolset} {member}")
    for toolset, members in (("computer", COMPUTER_MEMBER_NAME_VALUES), ("browser", BROWSER_MEMBER_NAME_VALUES))
    for member in members
]


def only(name, *, enabled=True, **config):
    """The browser toolset with one member enabled, or all but one."""
    others = {each: {"enabled": not enabled} for each in BROWSER_MEMBER_NAME_VALUES}
    return {**BROWSER, "configs": others | {name: {"enabled": enabled, **config}}}


@pytest.mark.parametrize(
    ("toolset", "entry", "members"),
    [
        ("computer", COMPUTER, COMPUTER_MEMBER_NAME_VALUES),
        ("browser", {**BROWSER, "configs": None}, BROWSER_MEMBER_NAME_VALUES),
    ],
)
def test_a_toolset_is_a_function_for_each_member(toolset, entry, members):
    sent = ask(tools=[tool(), entry])
    assert sent.tool_names == ["Read", *(f"{toolset}_{member}" for member in members)]
    assert all(function["description"] for function in sent.tools)


@pytest.mark.parametrize(("toolset", "member"), MEMBERS)
def test_members_take_what_the_official_client_takes(toolset, member):
    model = getattr(official, f"{toolset}_{member}".title().replace("_", "") + "Input")
    fields = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    (function,) = [each for each in ask(tools=[COMPUTER, BROWSER]).tools if each["name"] == f"{toolset}_{member}"]
    assert function["parameters"]["properties"].keys() == fields.keys()
    assert set(function["parameters"].get("required", ())) == {name for name, required in fields.items() if required}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_members_are_offered_everywhere(dialect):
    assert len(ask(dialect=dialect, tools=[BROWSER]).tools) == len(BROWSER_MEMBER_NAME_VALUES)


def test_members_may_be_switched_off():
    assert ask(tools=[only("zoom")]).tool_names == ["browser_zoom"]
    assert "browser_zoom" not in ask(tools=[only("zoom", enabled=False)]).tool_names


def test_members_may_be_deferred():
    deferred = only("zoom", defer_loading=True)
    messages = [
        user("a"),
        assistant(call(id="1")),
        user(result([{"type": "tool_reference", "tool_name": "browser_zoom"}], "1")),
    ]
    assert ask(tools=[tool(), deferred]).tool_names == ["Read"]
    assert ask(messages, tools=[tool(), deferred]).tool_names == ["Read", "browser_zoom"]


def test_the_reply_knows_members_by_the_names_of_the_client():
    sent = ask(tools=[tool(), only("switch_tab")])
    assert sent.terms.tool_names == {"Read": "Read", "browser_switch_tab": "switch_tab"}
    assert sent.terms.toolset_names == {"browser_switch_tab": "browser"}
    assert sent.terms.sole_properties == {"switch_tab": "tab_id"}


def test_calls_of_the_history_have_the_name_that_is_offered():
    click = call("left_click", {"coordinate": [1, 2]}) | {"toolset_name": "computer"}
    sent = ask([user("a"), assistant(click), user(result() | {"toolset_name": "computer"})], tools=[COMPUTER])
    assert sent.messages[1]["tool_calls"][0]["function"]["name"] == "computer_left_click"
    assert sent.messages[2]["role"] == "tool"


def test_a_marker_of_a_toolset_is_on_its_last_member():
    marker = {"type": "ephemeral"}
    tools = ask(dialect="openrouter", tools=[{**COMPUTER, "cache_control": marker}]).body["tools"]
    assert [each.get("cache_control") for each in tools] == [*[None] * (len(tools) - 1), marker]


def test_toolsets_may_be_added_and_removed_on_the_way():
    def change(kind):
        tool_change = {"type": "tool_definition", "definition": only("zoom")}
        return {"role": "system", "content": [{"type": f"tool_{kind}", "tool": tool_change}]}

    assert ask([user("a"), change("addition")], tools=[tool()]).tool_names == ["Read", "browser_zoom"]
    assert ask([user("a"), change("addition"), change("removal")], tools=[tool()]).tool_names == ["Read"]


def test_names_are_unique_with_those_of_members():
    with pytest.raises(InvalidRequest, match=r"tools: Tool names must be unique\."):
        ask(tools=[tool("browser_zoom"), only("zoom")])
