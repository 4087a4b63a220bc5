"""Shorter descriptions of Claude Code's own tools: their beginning, and what they forbid or ask for in plain words.

Names and schemas stay, the order stays, and tools of anybody else stay as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from conversion.compression.rules import TOOLS, URGENT
from conversion.compression.sections import Unit, units
from conversion.estimates import estimate_text

ROOM = 300
"""The tokens that the first paragraphs of a description may have; the first one stays whatever it has."""

LARGEST = 64 * 1024
"""A description of more characters is not of Claude Code's own making."""
REMEMBERED = 256

_OF_THIS_MACHINE = re.compile(r"(?i)sandbox|(?<![\w~.:/])/(?:home|users|root|tmp|var|opt|srv|mnt|workspace)/")


def shorter_description(name: str, description: str) -> str:
    """The description of a tool, the same for the same one."""
    if name not in TOOLS or len(description) > LARGEST or estimate_text(description) <= ROOM:
        return description
    return _shorter(description)


@lru_cache(REMEMBERED)
def _shorter(description: str) -> str:
    found = units(description)
    kept = [unit for unit, fits in zip(found, _fitting(found), strict=True) if fits or _stays(unit)]
    return "\n\n".join(unit.text for unit in kept if unit.text)


def _fitting(found: list[Unit]) -> list[bool]:
    """Of the first units those that fit; the one that does not fit ends them."""
    fitting: list[bool] = []
    tokens = 0
    for unit in found:
        tokens += estimate_text(unit.text)
        fits = all(fitting) and (tokens <= ROOM or not fitting) and not unit.is_heading
        fitting.append(fits)
    return fitting


def _stays(unit: Unit) -> bool:
    """It forbids or asks for something by itself, or tells about the machine."""
    urgent = unit.text.lstrip(" -*").startswith(URGENT) and not unit.text.rstrip().endswith(":")
    return not unit.is_heading and (urgent or _OF_THIS_MACHINE.search(unit.text) is not None)
