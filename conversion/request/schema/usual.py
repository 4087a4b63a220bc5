"""What every backend gets of a schema (level 0): the same meaning, without what some backends refuse."""

from __future__ import annotations

from conversion.request.schema.walk import Plain, changed

_REMOVED = frozenset(("$schema", "$id", "$comment", "$anchor"))


def usual(schema: Plain) -> Plain:
    return changed(schema, _cleaned)


def _cleaned(schema: Plain) -> Plain:
    """Objects have properties, arrays have items, and only properties are required."""
    result = {key: value for key, value in schema.items() if key not in _REMOVED}
    match result.get("type"):
        case [str(only)]:
            result["type"] = only
    if isinstance(items := result.get("items"), list):
        result.setdefault("prefixItems", items)
        del result["items"]
    kind = result.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "object" in kinds:
        result.setdefault("properties", {})
    if "array" in kinds:
        result.setdefault("items", {})
    if "required" in result:
        _keep_required(result)
    return result


def _keep_required(schema: Plain) -> None:
    required, properties = schema["required"], schema.get("properties")
    names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    if isinstance(properties, dict):
        names = [name for name in names if name in properties]
    if names:
        schema["required"] = names
    else:
        del schema["required"]
