"""Path by path: what of the client's request is in the backend's, where it stands there, and what is in neither.

The two have different shapes, so values are followed, not places: a text that is found anywhere has been kept. Schemas
are compared as a whole, and arguments of tool calls as the JSON that they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

WHOLE = frozenset({"input_schema", "parameters", "cache_control", "json_schema"})
"""Names whose values are compared as a whole."""
SHAPE = frozenset({"type", "role"})
"""Names that say what the shape of the request says, in words of its own."""
SAME = (
    {"max_tokens", "max_completion_tokens", "max_output_tokens"},
    {"stop_sequences", "stop"},
    {"input_schema", "parameters"},
    {"tool_use_id", "id", "tool_call_id", "call_id"},
    {"text", "content", "system", "thinking", "reasoning_content", "reasoning", "instructions", "input", "output"},
    {"user_id", "user", "prompt_cache_key", "safety_identifier"},
)
TELLING = 12
"""A text so long is the same text wherever it stands; a shorter one only under a name that means the same."""
SHOWN = 160

Leaf = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """`verdict`: kept, moved, changed, dropped or added. Paths have * for numbers; `count`: how many are alike."""

    verdict: str
    path: str
    there: str = ""
    value: str = ""
    count: int = 1


def compare(asked: str, sent: str) -> list[Change]:
    """Of two bodies; empty where one of them is no JSON."""
    try:
        client, backend = list(leaves(msgspec.json.decode(asked))), list(leaves(msgspec.json.decode(sent)))
    except (msgspec.DecodeError, RecursionError):
        return []
    return grouped(list(Comparison(backend).changes(client)))


def leaves(value: object, path: str = "") -> Iterator[Leaf]:
    if isinstance(value, str) and name_of(path) == "arguments":
        value = decoded(value)
    match value:
        case _ if name_of(path) in WHOLE:
            yield path, value
        case dict():
            for name, item in value.items():
                if name not in SHAPE:
                    yield from leaves(item, f"{path}.{name}" if path else name)
        case [*items]:
            for index, item in enumerate(items):
                yield from leaves(item, f"{path}.{index}")
        case _:
            yield path, value


def decoded(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


class Comparison:
    """What of the backend's request was not found in the client's yet."""

    def __init__(self, backend: Sequence[Leaf]) -> None:
        self._left = dict(backend)
        self._places: defaultdict[bytes, list[str]] = defaultdict(list)
        for path, value in backend:
            self._places[canonical(value)].append(path)
        self._texts = [(path, value) for path, value in backend if isinstance(value, str) and len(value) >= TELLING]

    def changes(self, client: Sequence[Leaf]) -> Iterator[Change]:
        missing = []
        for path, value in client:
            if there := self._place(path, value):
                self._left.pop(there, None)
                yield Change("kept" if there == path else "moved", path, there, shown(value))
            else:
                missing.append((path, value))
        for path, value in missing:
            yield self._changed(path, value)
        for path, value in self._left.items():
            yield Change("added", "", path, shown(value))

    def _place(self, path: str, value: object) -> str:
        """Where the value stands; empty where nowhere."""
        same = self._places.get(canonical(value), [])
        telling = isinstance(value, str) and len(value) >= TELLING
        fitting = [place for place in same if telling or alike(path, place)]
        if fitting:
            return min(fitting, key=lambda place: (place not in self._left, head_of(place) != head_of(path)))
        if isinstance(value, str) and value.strip():
            return next((place for place, text in self._texts if is_within(value, text)), "")
        return ""

    def _changed(self, path: str, value: object) -> Change:
        """A value that stands nowhere: another one stands in its place, or it was dropped."""
        there = next((place for place in self._left if corresponds(path, place)), None)
        if there is None:
            return Change("dropped", path, value=shown(value))
        return Change("changed", path, there, f"{shown(value)} → {shown(self._left.pop(there))}")


def alike(path: str, place: str) -> bool:
    """Both are called the same, or mean the same."""
    mine, other = name_of(path), name_of(place)
    return mine == other or any({mine, other} <= names for names in SAME)


def corresponds(path: str, place: str) -> bool:
    """A value there can only be what became of this one: at the top, or in the same tool."""
    if path.count(".") == place.count(".") == 0:
        return alike(path, place)
    mine, other = path.split("."), place.split(".")
    return mine[:2] == other[:2] and mine[0] == "tools" and alike(path, place)


def is_within(text: str, other: str) -> bool:
    """A short text only where it has lines of its own."""
    return text in other if len(text) >= TELLING else f"\n{text}\n" in f"\n{other}\n"


def head_of(path: str) -> str:
    return path.partition(".")[0]


def name_of(path: str) -> str:
    """The last part that is no number."""
    return next((part for part in reversed(path.split(".")) if not part.isdigit()), "")


def canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def shown(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def grouped(changes: Sequence[Change]) -> list[Change]:
    """Those that differ by numbers only become one, with the first one's value."""
    groups: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
    for change in changes:
        groups[change.verdict, general(change.path), general(change.there)].append(change)
    return [
        alone[0] if len(alone) == 1 else Change(*key, value=alone[0].value, count=len(alone))
        for key, alone in groups.items()
    ]


def general(path: str) -> str:
    return re.sub(r"\.\d+", ".*", path)
