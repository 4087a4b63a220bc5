"""A value that fits a JSON schema, filled with quoted words: the same schema and words give the same value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

DEPTH_LIMIT = 8
TELLING = ("command", "file_path", "path", "query", "pattern", "url", "prompt", "name", "title")
"""Quoted words go to these first, in this order; then to the other texts in the order of the schema."""
FALLBACKS = {"command": "pwd"}  # what would be run must be harmless when nobody said what to run


def sample_object(
    schema: Mapping[str, object], words: Iterator[str], otherwise: str, depth: int = 0
) -> dict[str, object]:
    """All that the schema requires; texts for which no quoted word is left say `otherwise`."""
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        return {}
    telling = sorted(required, key=lambda name: TELLING.index(name) if name in TELLING else len(TELLING))
    values = {name: sample(properties.get(name), words, FALLBACKS.get(name, otherwise), depth + 1) for name in telling}
    return {name: values[name] for name in required}


def sample(schema: object, words: Iterator[str], otherwise: str, depth: int = 0) -> object:
    if not isinstance(schema, Mapping) or depth > DEPTH_LIMIT:
        return otherwise
    match schema:
        case {"const": value} | {"default": value} | {"enum": [value, *_]}:
            return value
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]}:
            return sample(first, words, otherwise, depth + 1)
        case {"type": "object"}:
            return sample_object(schema, words, otherwise, depth)
        case {"type": "array"}:
            return [sample(schema.get("items"), words, otherwise, depth + 1)] if schema.get("minItems") else []
        case {"type": "integer" | "number"}:
            return schema.get("minimum", 1)
        case {"type": "boolean"}:
            return False
        case {"type": "null"}:
            return None
        case _:
            return next(words, otherwise)
