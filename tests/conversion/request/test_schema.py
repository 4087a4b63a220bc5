import msgspec
import pytest

from conversion.request.schema import cleaned_schema


def clean(schema):
    return msgspec.json.decode(cleaned_schema(msgspec.json.encode(schema)).json)


def within(schema):
    """The schema as the only property of a tool, which is where most of them stand."""
    return clean({"type": "object", "properties": {"it": schema}})["properties"]["it"]


STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(
            {"$schema": "x", "$id": "y", "$comment": "z", "$anchor": "a", **STRING}, STRING, id="keywords"
        ),  # protocol E119
        pytest.param(
            {"type": "array", "items": {"$id": "y", **STRING}}, {"type": "array", "items": STRING}, id="deep keywords"
        ),  # protocol E119
        pytest.param(True, {}, id="true"),
        pytest.param({"type": "object"}, {"type": "object", "properties": {}}, id="object without properties"),
        pytest.param({"type": "array"}, {"type": "array", "items": {}}, id="array without items"),
        pytest.param({"type": ["array", "null"]}, {"type": ["array", "null"], "items": {}}, id="perhaps an array"),
        pytest.param({"type": "array", "items": True}, {"type": "array", "items": {}}, id="array of anything"),
        pytest.param({"type": ["string"]}, STRING, id="lone type"),
        pytest.param(
            {"type": "array", "items": [STRING, True]},
            {"type": "array", "prefixItems": [STRING, {}], "items": {}},
            id="tuple",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": STRING}, "required": ["a", "b", 5]},
            {"type": "object", "properties": {"a": STRING}, "required": ["a"]},
            id="required but unknown",
        ),
        pytest.param(
            {"type": "object", "properties": {}, "required": True},
            {"type": "object", "properties": {}},
            id="required is no list",
        ),
        pytest.param({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, None, id="required of branches stays"),
        pytest.param({"enum": [{"$id": 1}], "default": {"$schema": 2}}, None, id="values are no schemas"),
        pytest.param(
            {"type": "object", "properties": {"$id": STRING, "items": STRING}}, None, id="names are no keywords"
        ),
        pytest.param(
            {"type": "object", "properties": {}, "additionalProperties": True}, None, id="additional properties"
        ),
        pytest.param(
            {**STRING, "format": "uri", "pattern": "^x", "description": "d", "default": "x"}, None, id="the rest"
        ),
    ],
)
def test_schemas_keep_their_meaning(schema, expected):
    assert within(schema) == (schema if expected is None else expected)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param({"properties": {"a": STRING}}, {"type": "object", "properties": {"a": STRING}}, id="no type"),
        pytest.param(
            {"type": ["object", "null"], "properties": {}}, {"type": "object", "properties": {}}, id="or null"
        ),
        pytest.param(
            {
                "anyOf": [
                    {"type": "object", "properties": {"a": STRING, "b": STRING}, "required": ["a", "b"]},
                    {"properties": {"a": {}, "c": STRING}, "required": ["a"]},
                    {"type": "null"},
                ]
            },
            {"type": "object", "properties": {"a": STRING, "b": STRING, "c": STRING}, "required": ["a"]},
            id="anyOf",  # protocol E121
        ),
        pytest.param(
            {
                "allOf": [{"properties": {"a": STRING}, "required": ["a"]}, {"$ref": "#/$defs/b"}],
                "$defs": {"b": {"properties": {"b": STRING}, "required": ["b"]}},
                "required": ["a"],
            },
            {
                "$defs": {"b": {"properties": {"b": STRING}, "required": ["b"]}},
                "required": ["a", "b"],
                "type": "object",
                "properties": {"a": STRING, "b": STRING},
            },
            id="allOf",
        ),
        pytest.param(
            {"$ref": "#/definitions/a", "definitions": {"a": {"type": "object", "properties": {"x": STRING}}}},
            {
                "type": "object",
                "properties": {"x": STRING},
                "definitions": {"a": {"type": "object", "properties": {"x": STRING}}},
            },
            id="reference",
        ),
    ],
)
def test_the_root_is_an_object(schema, expected):
    assert clean(schema) == expected


def test_references_to_themselves_end():  # protocol E120
    loop = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert clean(loop)["type"] == "object"
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}}}
    assert clean(tree) == tree


def test_deep_schemas_are_cut_off_from_cleaning_only():
    schema = STRING
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    assert within(schema) == schema


OBJECT = {"type": "object", "properties": {"a": STRING}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        pytest.param(OBJECT, True, id="everything named and required"),
        pytest.param(OBJECT | {"required": []}, False, id="optional"),
        pytest.param(OBJECT | {"additionalProperties": True}, False, id="others allowed"),
        pytest.param(OBJECT | {"properties": {"a": OBJECT}}, True, id="nested"),
        pytest.param(OBJECT | {"properties": {"a": OBJECT | {"required": []}}}, False, id="nested and optional"),
        pytest.param(OBJECT | {"properties": {"a": {"type": "array", "items": {}}}}, False, id="items of any kind"),
        pytest.param(OBJECT | {"properties": {"a": {"anyOf": [STRING, {"type": "null"}]}}}, True, id="branches"),
        pytest.param(OBJECT | {"properties": {"a": {"not": STRING}}}, False, id="other keywords"),
        pytest.param(OBJECT | {"properties": {"a": False}}, False, id="never"),
        pytest.param(OBJECT | {"$defs": []}, True, id="definitions are no object"),
        pytest.param(OBJECT | {"$defs": {"b": OBJECT | {"required": []}}}, False, id="definitions"),
    ],
)
def test_strict_schemas_are_known(schema, strict):
    assert cleaned_schema(msgspec.json.encode(schema)).strict is strict


@pytest.mark.parametrize("raw", [b"", b"null", b"5", b'"x"', b"[]", b"true"])
def test_what_is_no_schema_becomes_one(raw):
    assert bytes(cleaned_schema(raw).json) == b'{"type":"object","properties":{}}'


def test_schemas_are_remembered():
    raw = msgspec.json.encode(OBJECT)
    assert cleaned_schema(raw) is cleaned_schema(bytes(bytearray(raw)))


def test_huge_schemas_are_not_remembered():
    raw = msgspec.json.encode(OBJECT | {"description": "x" * 20_000})
    assert cleaned_schema(raw) is not cleaned_schema(raw)
