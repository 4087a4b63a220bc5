"""A schema for one backend, looked up and not made again: it is repeated on each request of each session."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from conversion.request.schema.root import as_object
from conversion.request.schema.simple import simple, skeleton
from conversion.request.schema.strict import meets_strict_subset
from conversion.request.schema.styles import STYLES
from conversion.request.schema.usual import usual
from conversion.request.schema.walk import Plain

LAST_LEVEL = 3
_LARGEST_REMEMBERED = 16_384
_MOST_REMEMBERED = 1_024
_LONGEST_TEXT = 4_000
_EMPTY = b"{}"


class Schema(Struct, frozen=True):
    """A cleaned schema. `strict`: it meets the strict subset. `sole_property`: the name of its only property.

    `text`: the schema for people to read, where it is not given in any other way.
    """

    json: Raw
    strict: bool
    sole_property: str | None
    text: str = ""


def cleaned_schema(raw: bytes, level: int = 0, style: str = "full") -> Schema:
    """The schema of a tool's input or of an answer; what is no schema becomes that of an empty object."""
    if len(raw) <= _LARGEST_REMEMBERED:
        return _remembered(raw, level, style)
    return _schema(raw, level, style)


def _schema(raw: bytes, level: int, style: str) -> Schema:
    plain = msgspec.json.decode(raw or _EMPTY)
    whole = usual(as_object(plain if isinstance(plain, dict) else {}))
    schema = _at_level(whole, level, style)
    names = list(whole["properties"])
    return Schema(
        json=Raw(msgspec.json.encode(schema)),
        strict=meets_strict_subset(schema),
        sole_property=names[0] if len(names) == 1 else None,
        text=msgspec.json.encode(whole).decode()[:_LONGEST_TEXT] if level >= LAST_LEVEL else "",
    )


def _at_level(schema: Plain, level: int, style: str) -> Plain:
    match level:
        case 0:
            return STYLES[style](schema)
        case 1:
            return simple(schema)
        case 2:
            return skeleton(schema)
        case _:
            return {"type": "object", "properties": {}}


_remembered = lru_cache(_MOST_REMEMBERED)(_schema)
