"""What is taken out of schemas for backends that know less of JSON Schema (protocol §3.5)."""

import msgspec
import pytest

from conversion.request.schema import cleaned_schema
from tests.conversion.request.ask import ask, tool

STRING = {"type": "string"}
OBJECT = {"type": "object"}
PERSON = {"type": "object", "properties": {"name": STRING}, "required": ["name"]}


def clean(schema, level=0, style="full"):
    return msgspec.json.decode(cleaned_schema(msgspec.json.encode(schema), level, style).json)


def within(schema, level=0, style="full", **root):
    """The schema as the only property of a tool, which is where most of them stand."""
    return clean({"type": "object", "properties": {"it": schema}, **root}, level, style)["properties"]["it"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param({"$ref": "#/$defs/person"}, PERSON, id="reference"),  # protocol E119
        pytest.param({"$ref": "#/$defs/person", "description": "Who"}, PERSON | {"description": "Who"}, id="with words"),
        pytest.param({"$ref": "#/$defs/nobody"}, OBJECT, id="reference to nothing"),
        pytest.param({"$ref": "https://example.com/schema"}, OBJECT, id="reference elsewhere"),
        pytest.param({**PERSON, "additionalProperties": False}, PERSON, id="additional properties"),  # protocol E119
        pytest.param({"const": "x"}, {**STRING, "enum": ["x"]}, id="constant"),  # protocol E119
        pytest.param({"const": 5}, {"type": "integer"}, id="constant number"),
        pytest.param({"type": ["string", "null"]}, {**STRING, "nullable": True}, id="or null"),  # protocol E119
        pytest.param(
            {"type": ["string", "integer"]}, {"anyOf": [STRING, {"type": "integer"}]}, id="one of two types"
        ),
        pytest.param(
            {"type": ["array", "object", "null"], "items": STRING},
            {"anyOf": [{"type": "array", "items": STRING}, {"type": "object", "properties": {}}], "nullable": True},
            id="types with parts",
        ),
        pytest.param({"anyOf": [STRING, {"type": "null"}]}, {**STRING, "nullable": True}, id="a branch or null"),
        pytest.param(
            {"oneOf": [STRING, {"type": "integer"}]}, {"anyOf": [STRING, {"type": "integer"}]}, id="one of"
        ),
        pytest.param(
            {"allOf": [PERSON, {"properties": {"age": {"type": "integer"}}, "required": ["age"]}]},
            {
                "type": "object",
                "properties": {"name": STRING, "age": {"type": "integer"}},
                "required": ["name", "age"],
            },
            id="all of",
        ),
        pytest.param(
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 9, "multipleOf": 2},
            {"type": "number", "minimum": 0, "maximum": 9},
            id="limits",
        ),
        pytest.param({"type": "number", "exclusiveMinimum": True}, {"type": "number"}, id="older limits"),
        pytest.param({**STRING, "format": "uri"}, STRING, id="unknown format"),
        pytest.param({**STRING, "format": {}}, STRING, id="no format"),
        pytest.param({**STRING, "format": "date-time"}, {**STRING, "format": "date-time"}, id="known format"),
        pytest.param({**STRING, "enum": ["a", "", 1, None]}, {**STRING, "enum": ["a", "1"], "nullable": True}, id="values"),
        pytest.param({"type": "integer", "enum": [1, 2]}, {"type": "integer"}, id="numbers"),
        pytest.param({"enum": [True, False]}, {"type": "boolean"}, id="truths"),
        pytest.param({"enum": [1.5, 2]}, {"type": "number"}, id="more numbers"),
        pytest.param({"type": ["string", "integer"], "enum": ["a", 1]}, {"anyOf": [STRING, {"type": "integer"}]}, id="mixed"),
        pytest.param({"type": "array"}, {"type": "array", "items": STRING}, id="array of anything"),
        pytest.param(
            {"type": "array", "items": [STRING, {"type": "integer"}]},
            {"type": "array", "items": {"anyOf": [STRING, {"type": "integer"}]}},
            id="tuple",
        ),
        pytest.param({}, OBJECT, id="anything"),
        pytest.param(False, OBJECT, id="nothing"),
        pytest.param(
            {**PERSON, "title": "T", "examples": [{}], "readOnly": True, "patternProperties": {"x": {}}, "x-order": 5},
            PERSON,
            id="other keywords",
        ),
        pytest.param(
            {"type": "object", "properties": {"title": STRING, "not": STRING}},
            {"type": "object", "properties": {"title": STRING, "not": STRING}},
            id="names are no keywords",
        ),
        pytest.param(
            {**STRING, "description": "d", "default": "x", "minLength": 1, "maxLength": 9, "pattern": "^x"},
            {**STRING, "description": "d", "default": "x", "minLength": 1, "maxLength": 9, "pattern": "^x"},
            id="what stays",
        ),
    ],
)  # fmt: skip
def test_level_one_is_simple(schema, expected):
    assert within(schema, 1, **{"$defs": {"person": PERSON}}) == expected


def test_level_two_keeps_what_values_there_are():
    schema = {**STRING, "description": "d", "default": "x", "minLength": 1, "pattern": "^x", "format": "date-time"}
    assert within(schema, 2) == {**STRING, "description": "d"}
    assert within({**PERSON, "minProperties": 1}, 2) == PERSON


def test_level_three_is_told_in_words():
    sent = ask(tools=[tool(input_schema=PERSON)], destination={"schema_levels": {"Read": 3}})
    (function,) = sent.tools
    assert function["parameters"] == {"type": "object", "properties": {}}
    assert function["description"] == (
        "Does Read.\n\nThe input must be an object of this JSON schema: "
        '{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}'
    )
    assert sent.terms.sole_properties == {"Read": "name"}


def test_long_schemas_are_told_in_part():
    assert len(cleaned_schema(msgspec.json.encode(PERSON | {"description": "x" * 9000}), 3).text) == 4000


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("style", ["full", "inline", "grammar", "typed_branches"])
def test_references_to_themselves_end(level, style):  # protocol E120
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}, "next": {"$ref": "#/$defs/a"}}}
    assert clean(tree | {"$defs": {"a": {"$ref": "#/$defs/a"}}}, level, style)["type"] == "object"
    assert clean(tree, 0, style)["type"] == "object"


def test_a_reference_is_followed_once():  # protocol E120
    node = {
        "type": "object",
        "properties": {"name": STRING, "children": {"type": "array", "items": {"$ref": "#/$defs/n"}}},
    }
    found = within({"$ref": "#/$defs/n"}, 1, **{"$defs": {"n": node}})
    assert found["properties"]["children"] == {"type": "array", "items": OBJECT}


def test_references_that_multiply_have_a_limit():
    definitions = {
        f"d{depth}": {
            "type": "object",
            "properties": {f"p{number}": {"$ref": f"#/$defs/d{depth + 1}"} for number in range(20)},
        }
        for depth in range(5)
    }
    raw = msgspec.json.encode({"properties": {"it": {"$ref": "#/$defs/d0"}}, "$defs": definitions})
    assert len(cleaned_schema(raw, 1).json) < 1_000_000


def test_names_of_definitions_may_be_escaped():
    assert within({"$ref": "#/$defs/a~1b"}, 0, "inline", **{"$defs": {"a/b": PERSON}}) == PERSON


@pytest.mark.parametrize(
    ("schema", "style", "expected"),
    [
        pytest.param({"$ref": "#/$defs/person"}, "inline", PERSON, id="inline: reference"),
        pytest.param({**STRING, "format": "uri"}, "inline", {**STRING, "format": "uri"}, id="inline: format"),
        pytest.param({"$ref": "#/$defs/person"}, "grammar", PERSON, id="grammar: reference"),
        pytest.param({**STRING, "format": "uri"}, "grammar", STRING, id="grammar: format"),
        pytest.param({**STRING, "pattern": "^(?!x)"}, "grammar", STRING, id="grammar: look-around"),
        pytest.param({**STRING, "pattern": "^x"}, "grammar", {**STRING, "pattern": "^x"}, id="grammar: pattern"),
        pytest.param(
            {"type": "object", "properties": {"pattern": STRING, "definitions": STRING}}, "grammar", None, id="grammar: names"
        ),
        pytest.param(
            {**STRING, "anyOf": [{"minLength": 1}, {"type": "null"}]},
            "typed_branches",
            {"anyOf": [{**STRING, "minLength": 1}, {"type": "null"}]},
            id="branches: type",
        ),
        pytest.param({"anyOf": [STRING, {"type": "null"}]}, "typed_branches", None, id="branches: typed already"),
        pytest.param({"$ref": "#/$defs/person"}, "typed_branches", None, id="branches: reference"),
    ],
)  # fmt: skip
def test_some_backends_need_something_else(schema, style, expected):
    found = within(schema, 0, style, **{"$defs": {"person": PERSON}})
    assert found == (schema if expected is None else expected)


SCHEMA = {
    "type": "object",
    "properties": {"a": {"$ref": "#/$defs/a"}, "b": {**STRING, "format": "uri"}},
    "$defs": {"a": {"type": ["string", "null"]}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("dialect", "a", "b"),
    [
        ("openai", {"$ref": "#/$defs/a"}, {**STRING, "format": "uri"}),
        ("gemini", {**STRING, "nullable": True}, STRING),
        ("mistral", {"type": ["string", "null"]}, {**STRING, "format": "uri"}),
        ("ollama", {"type": ["string", "null"]}, STRING),
        ("llamacpp", {"type": ["string", "null"]}, STRING),
        ("moonshot", {"$ref": "#/$defs/a"}, {**STRING, "format": "uri"}),
    ],
)
def test_dialects_have_a_level_and_a_style(dialect, a, b):  # protocol E119
    (function,) = ask(dialect=dialect, tools=[tool(input_schema=SCHEMA)]).tools
    assert function["parameters"]["properties"] == {"a": a, "b": b}


def test_one_tool_may_need_more_than_the_others():  # protocol E123
    tools = [tool("Read", input_schema=SCHEMA), tool("Bash", input_schema=SCHEMA)]
    read, bash = ask(tools=tools, destination={"schema_levels": {"Bash": 1}}).tools
    assert "additionalProperties" in read["parameters"]
    assert "additionalProperties" not in bash["parameters"]


def test_a_tool_never_gets_more_than_its_dialect_takes():
    (function,) = ask(
        dialect="gemini", tools=[tool(input_schema=SCHEMA)], destination={"schema_levels": {"Read": 0}}
    ).tools
    assert "additionalProperties" not in function["parameters"]
