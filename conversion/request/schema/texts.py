"""Which properties of a tool are text: a model that writes arguments without quotes does not say so itself."""

from __future__ import annotations

import msgspec


class _Property(msgspec.Struct):
    type: str | list[str] | None = None


class _Properties(msgspec.Struct):
    properties: dict[str, msgspec.Raw] = {}


def text_properties(schema: bytes) -> frozenset[str]:
    """The properties that can be nothing but text."""
    try:
        properties = msgspec.json.decode(schema, type=_Properties).properties
    except msgspec.MsgspecError:
        return frozenset()
    return frozenset(name for name, said in properties.items() if _is_text(said))


def _is_text(said: msgspec.Raw) -> bool:
    try:
        kind = msgspec.json.decode(said, type=_Property).type
    except msgspec.MsgspecError:
        return False
    return kind == "string" or kind == ["string"]
