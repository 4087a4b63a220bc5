"""Good JSON made strange: other values, other places, keys that stand elsewhere, bytes that are none."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

SCALARS: Sequence[Any] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, 10**40, 0.5, 1e308, float("nan"), float("inf")),
    *("", " ", "\n\n", "\x00", "\ud800", "\udc00x", "é🎉", "null", "[DONE]", "{}", '{"a":', "[", "\\", '"', "x" * 3000),
    *("<think>", "</think>", "<think>a</think>b", "```json\n{}", "END", "data: x", "error", "tool_calls", "length"),
    *([], {}, [[]], [None], {"type": "text"}, {"type": "text", "text": "t"}, {"": ""}, {"text": {"text": "t"}}),
)

Place = tuple[Any, Any]  # an object or a list, and a key or an index of it


def strange(value: Any, random: Random, changes: int) -> Any:
    """A copy with some changes."""
    changed = [copy.deepcopy(value)]
    for _ in range(changes):
        places = list(places_in(changed))
        container, key = random.choice(places)
        random.choice(CHANGES)(container, key, places, random)
    return changed[0] if changed else None


def places_in(container: Any) -> Iterator[Place]:
    keys = container.keys() if isinstance(container, dict) else range(len(container))
    for key in list(keys):
        yield container, key
        if isinstance(container[key], dict | list):
            yield from places_in(container[key])


def replace(container: Any, key: Any, _: Sequence[Place], random: Random) -> None:
    container[key] = copy.deepcopy(random.choice(SCALARS))


def remove(container: Any, key: Any, places: Sequence[Place], _: Random) -> None:
    if container is not places[0][0]:
        del container[key]


def transplant(container: Any, key: Any, places: Sequence[Place], random: Random) -> None:
    """Another value of the same document comes here."""
    donor, there = random.choice(places)
    container[key] = copy.deepcopy(donor[there])


def rename(container: Any, key: Any, places: Sequence[Place], random: Random) -> None:
    """The value stands under a key that occurs elsewhere."""
    if isinstance(container, dict):
        names = [name for _, name in places if isinstance(name, str)]
        container[random.choice(names)] = container.pop(key)


def repeat(container: Any, key: Any, _: Sequence[Place], random: Random) -> None:
    if isinstance(container[key], list | str):
        container[key] = container[key] * random.choice((2, 3, 20))
    elif isinstance(container, list):
        container.insert(random.randint(0, len(container)), copy.deepcopy(container[key]))


def wrap(container: Any, key: Any, _: Sequence[Place], random: Random) -> None:
    container[key] = random.choice(([container[key]], {"text": container[key]}, {"type": container[key]}))


def garble(container: Any, key: Any, _: Sequence[Place], random: Random) -> None:
    """A text gets something into its middle, or loses its end."""
    if isinstance(text := container[key], str):
        at = random.randint(0, len(text))
        piece = random.choice([each for each in SCALARS if isinstance(each, str)])
        container[key] = random.choice((text[:at] + piece + text[at:], text[:at], text[at:]))


Change = Callable[[Any, Any, Sequence[Place], Random], None]
CHANGES: Sequence[Change] = (replace, replace, remove, transplant, rename, repeat, wrap, garble)


def damaged(data: bytes, random: Random) -> bytes:
    """Bytes lost, doubled, overwritten or put in."""
    start = random.randint(0, len(data))
    end = min(len(data), start + random.choice((0, 1, 1, 5, 100)))
    middle = random.choice((b"", data[start:end] * 2, random.randbytes(end - start), b"\n", b"\r", b"\xf0\x9f", b"}"))
    return data[:start] + middle + data[end:]


def pieces(data: bytes, random: Random) -> list[bytes]:
    """The same bytes in pieces of any size."""
    if random.random() < 0.1:
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted(random.randint(0, len(data)) for _ in range(random.choice((1, 2, 10, 50))))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
