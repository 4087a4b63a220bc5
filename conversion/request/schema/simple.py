"""What is left of a schema for backends that know a part of JSON Schema only (levels 1 and 2)."""

from __future__ import annotations

from typing import Any

from conversion.request.schema.references import inlined
from conversion.request.schema.walk import Plain, changed

_KEPT = frozenset(
    (
        "anyOf",
        "default",
        "description",
        "enum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "nullable",
        "pattern",
        "properties",
        "required",
        "type",
    )
)
_SKELETON = frozenset(("anyOf", "description", "enum", "items", "nullable", "properties", "required", "type"))
_FORMATS = ("date-time", "double", "enum", "float", "int32", "int64")


def simple(schema: Plain) -> Plain:
    """Level 1: no references, no combinations but `anyOf`, one type each, enumerations of texts."""
    return changed(inlined(schema), _simplified)


def skeleton(schema: Plain) -> Plain:
    """Level 2: of a simple schema what says which values there are, nothing of what they are like."""
    return changed(simple(schema), lambda each: {key: value for key, value in each.items() if key in _SKELETON})


def _simplified(schema: Plain) -> Plain:
    result = _merged(schema)
    _rename(result)
    _one_type(result)
    _without_null(result)
    _enumerate_texts(result)
    if result.get("format") not in _FORMATS:
        result.pop("format", None)
    _type_inner(result)
    return {key: value for key, value in result.items() if key in _KEPT}


def _merged(schema: Plain) -> Plain:
    """The schema with all that its `allOf` says; what it says itself wins."""
    result = {key: value for key, value in schema.items() if key != "allOf"}
    branches = schema.get("allOf")
    for branch in branches if isinstance(branches, list) else ():
        for key, value in branch.items() if isinstance(branch, dict) else ():
            own = result.setdefault(key, value)
            if key == "properties" and isinstance(own, dict) and isinstance(value, dict):
                result[key] = own | {name: each for name, each in value.items() if name not in own}
            elif key == "required" and isinstance(own, list) and isinstance(value, list):
                result[key] = list(dict.fromkeys([*own, *value]))
    return result


def _rename(schema: Plain) -> None:
    """Keywords that are another one's special case."""
    if "const" in schema:
        schema.setdefault("enum", [schema["const"]])
    if isinstance(one_of := schema.get("oneOf"), list):
        schema.setdefault("anyOf", one_of)
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        limit = schema.get(exclusive)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            schema.setdefault(inclusive, limit)


def _one_type(schema: Plain) -> None:
    """Null among the types is a flag, several others are branches."""
    kinds = schema.get("type")
    if not isinstance(kinds, list):
        return
    if "null" in kinds:
        schema["nullable"] = True
    others = [kind for kind in kinds if kind != "null"]
    del schema["type"]
    if len(others) == 1:
        schema["type"] = others[0]
    elif others and "anyOf" not in schema:
        schema["anyOf"] = [_of_type(kind, schema) for kind in others]


def _of_type(kind: object, schema: Plain) -> Plain:
    """A branch for one of several types, with what only that type can have."""
    if kind == "array":
        return {"type": kind, "items": schema.pop("items", {"type": "string"})}
    if kind == "object":
        return {"type": kind, "properties": schema.pop("properties", {})}
    return {"type": kind}


def _without_null(schema: Plain) -> None:
    """A branch that is only null is a flag too; the last branch that is left is no branch."""
    branches = schema.get("anyOf")
    if not isinstance(branches, list):
        return
    others = [branch for branch in branches if branch != {"type": "null"}]
    if len(others) < len(branches):
        schema["nullable"] = True
    if len(others) == 1 and isinstance(others[0], dict):
        del schema["anyOf"]
        schema |= {key: value for key, value in others[0].items() if key not in schema}
    else:
        schema["anyOf"] = others


def _enumerate_texts(schema: Plain) -> None:
    """Enumerations are lists of texts that are not empty; of other types there are none."""
    values = schema.get("enum")
    if not isinstance(values, list):
        return
    del schema["enum"]
    if None in values:
        schema["nullable"] = True
    texts = [_text(value) for value in values if value is not None and value != ""]
    if "anyOf" not in schema and schema.setdefault("type", _type_of(values)) == "string" and texts:
        schema["enum"] = list(dict.fromkeys(texts))


def _type_of(values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} and kinds:
        return "integer"
    return "number" if kinds <= {int, float} and kinds else "boolean" if kinds == {bool} else "string"


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _type_inner(schema: Plain) -> None:
    """Items and properties have a type."""
    if schema.get("type") == "array":
        schema["items"] = _typed(schema.get("items") or _any_of(schema.get("prefixItems")), "string")
    if isinstance(properties := schema.get("properties"), dict):
        schema["properties"] = {name: _typed(each, "object") for name, each in properties.items()}


def _any_of(members: object) -> Plain:
    """The items of a tuple, which may be any of its members."""
    branches = [each for each in members if isinstance(each, dict)] if isinstance(members, list) else []
    return {"anyOf": branches} if branches else {}


def _typed(schema: object, default: str) -> Plain:
    """The schema with a type; what is no schema is one of the default type."""
    if not isinstance(schema, dict):
        return {"type": default}
    return schema if "type" in schema or "anyOf" in schema else {"type": default} | schema
