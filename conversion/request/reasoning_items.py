"""Where the reasoning items of an earlier turn go back to, for the Responses API: each before what followed it."""

from __future__ import annotations

from collections.abc import Callable

from conversion.request.blocks import Block
from conversion.request.history import THINKING_TYPES, Turn


def items_before(turn: Turn, items_of: Callable[[Block], list[object]]) -> dict[int, list[object]]:
    """The items before the turn's text (0), its first call (1), its second (2), and so on."""
    found: dict[int, list[object]] = {}
    place = calls = 0
    for message in turn.messages:
        for block in message.blocks:
            if block.type in THINKING_TYPES:
                if items := items_of(block):
                    found.setdefault(place, []).extend(items)
                continue
            calls += block.type == "tool_use"
            place = calls + 1
    return found
