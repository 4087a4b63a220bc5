"""The root of a tool's schema must be an object: a reference is followed, branches are merged (protocol §3.5)."""

from __future__ import annotations

from collections.abc import Iterator

from conversion.request.schema.references import target
from conversion.request.schema.walk import Plain

_BRANCHES = ("anyOf", "oneOf", "allOf")
_LONGEST_CHAIN = 5


def as_object(schema: Plain) -> Plain:
    """The schema with `type: object` and `properties` at its root; what it says of objects is kept."""
    root = _followed(schema, schema)
    properties = dict(_properties(root))
    required = _required(root)
    for key in _BRANCHES:
        branches = list(_objects(root.get(key), schema))
        for branch in branches:
            properties |= {name: each for name, each in _properties(branch).items() if name not in properties}
        if branches:
            required += _shared(branches) if key != "allOf" else [name for each in branches for name in _required(each)]
    kept = {key: value for key, value in root.items() if key not in _BRANCHES}
    return kept | {"type": "object", "properties": properties} | ({"required": _once(required)} if required else {})


def _followed(schema: Plain, root: Plain) -> Plain:
    """The schema with the local definition in place of its `$ref`."""
    for _ in range(_LONGEST_CHAIN):
        match schema.get("$ref"):
            case str(reference) if isinstance(definition := target(reference, root), dict):
                schema = definition | {key: value for key, value in schema.items() if key != "$ref"}
            case _:
                break
    return schema


def _objects(branches: object, root: Plain) -> Iterator[Plain]:
    for branch in branches if isinstance(branches, list) else ():
        if isinstance(branch, dict) and (found := _followed(branch, root)).get("type", "object") == "object":
            yield found


def _properties(schema: Plain) -> Plain:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _required(schema: Plain) -> list[str]:
    required = schema.get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def _shared(branches: list[Plain]) -> list[str]:
    return [name for name in _required(branches[0]) if all(name in _required(branch) for branch in branches)]


def _once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
