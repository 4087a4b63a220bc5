"""Whether a schema is of the subset that `strict` decoding takes: everything named, everything required."""

from __future__ import annotations

from collections.abc import Iterator

from conversion.request.schema.walk import Plain

_ALLOWED = frozenset(
    (
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "definitions",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minimum",
        "multipleOf",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
    )
)
_TELLING = frozenset(("$ref", "anyOf", "const", "enum", "type"))


def meets_strict_subset(schema: object) -> bool:
    if not isinstance(schema, dict) or not _ALLOWED.issuperset(schema) or _TELLING.isdisjoint(schema):
        return False
    return _names_everything(schema) and all(meets_strict_subset(inner) for inner in _inner(schema))


def _names_everything(schema: Plain) -> bool:
    """An object takes no other properties than its own, and each of them is required."""
    match schema:
        case {"properties": dict(properties)}:
            return schema.get("additionalProperties") is False and properties.keys() == set(schema.get("required", ()))
        case {"properties": _}:
            return False
    return True


def _inner(schema: Plain) -> Iterator[object]:
    for key in ("properties", "$defs", "definitions"):
        if isinstance(named := schema.get(key), dict):
            yield from named.values()
    if isinstance(branches := schema.get("anyOf"), list):
        yield from branches
    if "items" in schema:
        yield schema["items"]
