"""The schemas of tools as backends accept them, remembered by their bytes.

A schema is repeated on each request of each session: the cleaned one is looked up, not made again.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from conversion.request.schema_cleaning import cleaned
from conversion.request.schema_root import as_object
from conversion.request.schema_strict import meets_strict_subset

_LARGEST_REMEMBERED = 16_384
_MOST_REMEMBERED = 1_024
_EMPTY = b"{}"


class Schema(Struct, frozen=True):
    """A cleaned schema. `strict`: it meets the strict subset. `sole_property`: the name of its only property."""

    json: Raw
    strict: bool
    sole_property: str | None


def cleaned_schema(raw: bytes) -> Schema:
    """The schema of a tool's input or of an answer; what is no schema becomes that of an empty object."""
    return _remembered(raw) if len(raw) <= _LARGEST_REMEMBERED else _schema(raw)


def _schema(raw: bytes) -> Schema:
    plain = msgspec.json.decode(raw or _EMPTY)
    schema = cleaned(as_object(plain if isinstance(plain, dict) else {}))
    names = list(schema["properties"])
    return Schema(
        json=Raw(msgspec.json.encode(schema)),
        strict=meets_strict_subset(schema),
        sole_property=names[0] if len(names) == 1 else None,
    )


_remembered = lru_cache(_MOST_REMEMBERED)(_schema)
