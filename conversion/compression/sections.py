"""A prompt as units: headings, paragraphs, and whole blocks of code or of an element, each with what it stands under.

Nothing is lost: the texts and gaps of all units, joined, are the prompt. Headings count at the start of a line only,
and never inside of a fenced block or an element; what is opened and not closed is ordinary text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

_HEADING = re.compile(r"(#{1,6}) +(\S.*)$")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_ELEMENT = re.compile(r"<([A-Za-z][\w-]*)>$")


@dataclass(frozen=True, slots=True)
class Unit:
    """`gap`: the blank lines behind it, with the end of its last line; `headings`: what it stands under, outermost
    first, each with its number signs; a heading stands under itself.
    """

    text: str
    gap: str
    headings: tuple[str, ...]
    is_heading: bool = False

    @property
    def path(self) -> str:
        """Its headings in one line, such as `# One/## Two`; empty before the first heading."""
        return "/".join(self.headings)


def units(prompt: str) -> list[Unit]:
    """The units of a prompt, in order; blank lines in front of the first one are a unit without text."""
    found: list[Unit] = []
    levels: list[tuple[int, str]] = []
    for block in _blocks(prompt.split("\n")):
        text, gap = _parted(block)
        heading = _HEADING.match(text)
        if heading:
            level = len(heading[1])
            levels = [*(outer for outer in levels if outer[0] < level), (level, f"{heading[1]} {heading[2].rstrip()}")]
        found.append(Unit(text, gap, tuple(name for _, name in levels), heading is not None))
    return _without_last_end(found)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """The lines of each unit, with the blank ones behind it."""
    last = {line.strip(): index for index, line in enumerate(lines)}
    block: list[str] = []
    alone = False  # what the block holds is a unit of its own: whatever follows begins another one
    index = 0
    while index < len(lines):
        line = lines[index]
        end = _end_of_region(lines, index, last)
        begins = bool(line.strip()) and (alone or end > index or _HEADING.match(line) or (block and _is_blank(block)))
        if begins and block:
            yield block
            block = []
        if line.strip():
            alone = end > index or _HEADING.match(line) is not None
        block += lines[index : end + 1]
        index = end + 1
    yield block


def _end_of_region(lines: list[str], index: int, last: dict[str, int]) -> int:
    """The index of the line that closes what this line opens; the line's own where it opens nothing."""
    line = lines[index]
    if fence := _FENCE.match(line):
        closing = fence[1]
    elif element := _ELEMENT.match(line.rstrip()):
        closing = f"</{element[1]}>"
    else:
        return index
    if last.get(closing, -1) <= index:
        return index
    return next(number for number in range(index + 1, len(lines)) if lines[number].strip() == closing)


def _is_blank(block: list[str]) -> bool:
    """Its last line is a blank one: the unit before is complete."""
    return not block[-1].strip()


def _parted(block: list[str]) -> tuple[str, str]:
    """Text and gap of a block, each line with its end."""
    length = len(block)
    while length and not block[length - 1].strip():
        length -= 1
    text = "\n".join(block[:length])
    gap = "".join(chain(("\n",) if length else (), (f"{line}\n" for line in block[length:])))
    return text, gap


def _without_last_end(found: list[Unit]) -> list[Unit]:
    """The last line of a prompt has no end."""
    last = found[-1]
    return [*found[:-1], Unit(last.text, last.gap[:-1], last.headings, last.is_heading)]
