import pytest

from tests.conversion.request.ask import ask, assistant, call, result, tool, user

EMPTY = {"type": "object", "properties": {}}
CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
OPEN = CLOSED | {"required": []}


def function(**keys):
    (only,) = ask(tools=[tool(**keys)]).tools
    return only


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"input_schema": CLOSED}, CLOSED, id="schema"),  # protocol E101
        pytest.param({"input_schema": None}, EMPTY, id="null"),  # protocol E101
        pytest.param({"input_schema": {}}, EMPTY, id="empty"),
        pytest.param({"input_schema": "x"}, EMPTY, id="no schema"),
    ],
)
def test_a_tool_becomes_a_function(keys, expected):
    assert function(**keys) == {"name": "Read", "description": "Does Read.", "parameters": expected}


def test_a_tool_needs_no_description_and_no_schema():
    sent = ask(tools=[{"name": "Read"}])
    assert sent.tools == [{"name": "Read", "parameters": EMPTY}]


def test_keys_of_anthropic_are_left_out():  # protocol E115
    found = function(
        eager_input_streaming=True, allowed_callers=["direct"], defer_loading=False, cache_control={"type": "ephemeral"}
    )
    assert found.keys() == {"name", "description", "parameters"}


@pytest.mark.parametrize(
    ("dialect", "schema", "strict", "expected"),
    [
        pytest.param("openai", CLOSED, True, True, id="conforming"),  # protocol E114
        pytest.param("openai", OPEN, True, None, id="optional property"),  # protocol E114
        pytest.param("openai", CLOSED, False, None, id="not asked"),
        pytest.param("generic", CLOSED, True, None, id="not supported"),
    ],
)
def test_strict_is_passed_on_where_it_can_hold(dialect, schema, strict, expected):
    sent = ask(dialect=dialect, tools=[tool(input_schema=schema, strict=strict)])
    assert sent.tools[0].get("strict") == expected


def test_examples_are_told_in_the_description():  # protocol E115
    found = function(input_examples=[{"a": 1}, {"a": "é"}, {"a": 3}, {"a": 4}])
    assert found["description"] == 'Does Read.\n\nExamples of valid input: {"a":1}; {"a":"é"}; {"a":3}'


def test_long_examples_are_left_out():
    assert function(input_examples=[{"a": "x" * 2000}])["description"] == "Does Read."


LONG = "mcp__server__" + "x" * 67


@pytest.mark.parametrize("name", [LONG, "files.read", "läsa"])
def test_names_are_made_legal_and_known_to_the_reply(name):  # protocol E106
    messages = [user("a"), assistant(call(name)), user(result())]
    sent = ask(messages, tools=[tool(name)], tool_choice={"type": "tool", "name": name})
    (sent_name,) = sent.tool_names
    assert sent_name.replace("_", "").replace("-", "").isalnum()
    assert sent_name.isascii()
    assert len(sent_name) <= 64
    assert sent.terms.tool_names == {sent_name: name}
    assert sent.messages[1]["tool_calls"][0]["function"]["name"] == sent_name
    assert sent.body["tool_choice"]["function"]["name"] == sent_name


def test_names_of_the_history_are_renamed_the_same_way():  # protocol E108
    messages = [user("a"), assistant(call(LONG)), user(result())]
    with_tool, without = (ask(messages, tools=tools) for tools in ([tool(LONG)], [tool()]))
    assert with_tool.messages == without.messages
    assert without.terms.tool_names == {"Read": "Read"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [(CLOSED, {"Read": "a"}), (EMPTY, {}), ({"properties": {"a": {}, "b": {}}}, {})],
    ids=["one", "none", "two"],
)
def test_the_reply_is_told_the_only_property(schema, expected):
    assert ask(tools=[tool(input_schema=schema)]).terms.sole_properties == expected
