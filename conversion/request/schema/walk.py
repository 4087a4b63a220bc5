"""A change, made at every schema within a schema; names of properties and example values are not keywords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Plain: TypeAlias = dict[str, Any]  # Any: JSON of any shape, looked at key by key

DEEPEST = 64
_BY_NAME = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))
_LISTS = frozenset(("anyOf", "oneOf", "allOf", "prefixItems", "items"))
_SINGLE = frozenset(("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"))


def changed(schema: Plain, change: Callable[[Plain], Plain], depth: int = 0) -> Plain:
    """The schema with the change made at it, after those within it; what is too deep stays as it is."""
    return change({key: _value(key, value, change, depth + 1) for key, value in schema.items()})


def _value(key: str, value: object, change: Callable[[Plain], Plain], depth: int) -> object:
    match value:
        case dict() if key in _BY_NAME:
            return {name: _schema(each, change, depth) for name, each in value.items()}
        case list() if key in _LISTS:
            return [_schema(each, change, depth) for each in value]
        case dict() if key in _SINGLE:
            return _schema(value, change, depth)
        case True if key == "items":
            return {}
        case _:
            return value


def _schema(value: object, change: Callable[[Plain], Plain], depth: int) -> object:
    if value is True:
        return {}
    return changed(value, change, depth) if isinstance(value, dict) and depth < DEEPEST else value
