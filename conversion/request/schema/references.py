"""Definitions at the place of their references, for backends that follow none; what never ends becomes an object."""

from __future__ import annotations

from typing import Any

from conversion.request.schema.walk import DEEPEST, Plain, changed

_DEEPEST_CHAIN = 5
_LARGEST = 200_000
_NODE = 10
"""Characters: what references may add to a schema, and what a value in it counts for at least."""
_DEFINITIONS = frozenset(("$defs", "definitions"))


def target(reference: str, root: Plain) -> object:
    """What a local reference points at."""
    found: object = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        if step:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
    return found


def inlined(schema: Plain) -> Plain:
    """The schema without references and definitions."""
    inlining = _Inlining(schema)
    whole = {key: inlining.of(value, (), 1) for key, value in schema.items() if key not in _DEFINITIONS}
    return changed(whole, _without_definitions)


def _without_definitions(schema: Plain) -> Plain:
    return {key: value for key, value in schema.items() if key not in _DEFINITIONS}


class _Inlining:
    """One schema's; references to what refers to several others multiply, so that what is added has a limit."""

    def __init__(self, root: Plain) -> None:
        self._root = root
        self._left = _LARGEST

    def of(self, value: object, chain: tuple[str, ...], depth: int) -> object:
        """The value; `chain` are the references that led to it."""
        if chain:
            self._left -= _NODE + (len(value) if isinstance(value, str) else 0)
        match value:
            case _ if depth >= DEEPEST:
                return value
            case {"$ref": str(reference), **own}:
                return self._followed(reference, own, chain, depth)
            case dict():
                return {key: self.of(each, chain, depth + 1) for key, each in value.items()}
            case list():
                return [self.of(each, chain, depth + 1) for each in value]
            case _:
                return value

    def _followed(self, reference: str, own: dict[Any, Any], chain: tuple[str, ...], depth: int) -> object:
        definition = target(reference, self._root)
        if reference in chain or len(chain) >= _DEEPEST_CHAIN or self._left < 0 or not isinstance(definition, dict):
            return {"type": "object", **own}
        return self.of(definition | own, (*chain, reference), depth + 1)
