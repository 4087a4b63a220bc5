"""What every backend gets of a schema (protocol §3.5, level 0): the same meaning, without what some backends refuse."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]  # Any: JSON of any shape, looked at key by key

_REMOVED = frozenset(("$schema", "$id", "$comment", "$anchor"))
_BY_NAME = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
_LISTS = frozenset(("anyOf", "oneOf", "allOf", "prefixItems"))
_SINGLE = frozenset(("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"))
_DEEPEST = 64


def cleaned(schema: Plain, depth: int = 0) -> Plain:
    """The schema and all schemas in it, cleaned; names of properties and example values are not keywords."""
    result: Plain = {}
    for key, value in schema.items():
        if key not in _REMOVED:
            result[key] = _value(key, value, depth + 1)
    if isinstance(items := result.get("items"), list):
        result.setdefault("prefixItems", items)
        del result["items"]
    _complete(result)
    return result


def _value(key: str, value: object, depth: int) -> object:
    match value:
        case dict() if key in _BY_NAME:
            return {name: _schema(each, depth) for name, each in value.items()}
        case list() if key in _LISTS or key == "items":
            return [_schema(each, depth) for each in value]
        case dict() if key in _SINGLE:
            return _schema(value, depth)
        case True if key == "items":
            return {}
        case [str(only)] if key == "type":
            return only
        case _:
            return value


def _schema(value: object, depth: int) -> object:
    if value is True:
        return {}
    return cleaned(value, depth) if isinstance(value, dict) and depth < _DEEPEST else value


def _complete(schema: Plain) -> None:
    """Objects have properties, arrays have items, and only properties are required."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "object" in kinds:
        schema.setdefault("properties", {})
    if "array" in kinds:
        schema.setdefault("items", {})
    if "required" in schema:
        _keep_required(schema)


def _keep_required(schema: Plain) -> None:
    required, properties = schema["required"], schema.get("properties")
    names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    if isinstance(properties, dict):
        names = [name for name in names if name in properties]
    if names:
        schema["required"] = names
    else:
        del schema["required"]
