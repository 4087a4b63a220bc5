"""The system prompt of Claude Code: what may go from it, and what is left without that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import TypeAlias

from conversion.compression.rules import ENDS, ENVIRONMENT, HEADINGS, IDENTITIES, PROTECTED, RULES, Rule
from conversion.compression.sections import Unit, units

LARGEST = 128 * 1024
"""A prompt of more characters is not of Claude Code's own making."""

REMEMBERED = 64

Place: TypeAlias = tuple[int, int]
"""Which text of the prompt, and which of its units."""

_BEGINNINGS = tuple(protected.beginning for protected in PROTECTED)


def is_known(texts: Sequence[str]) -> bool:
    """Whether this is a prompt that the rules are about."""
    return sum(map(len, texts)) <= LARGEST and any(text.lstrip().startswith(IDENTITIES) for text in texts)


@lru_cache(REMEMBERED)
def prompt_of(texts: tuple[str, ...]) -> Prompt:
    """The prompt with these texts, which must be known; most come again with the next turn."""
    return Prompt(texts)


class Prompt:
    """The texts of a prompt that is known."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._units = [units(text) for text in texts]
        self._found: dict[int, list[Place]] = defaultdict(list)
        self._find()
        self._guidance = {place for places in self._found.values() for place in places}

    def removable(self) -> list[tuple[Rule, list[Place]]]:
        """What each rule found, the least valuable first."""
        return [(RULES[number], places) for number, places in sorted(self._found.items())]

    def text_of(self, places: Iterable[Place]) -> str:
        return "\n\n".join(self._at(place).text for place in places)

    def guidance(self) -> str:
        """All that may go, in its order, under its headings: nothing of the user's is in it."""
        lines: list[str] = []
        headings: tuple[str, ...] = ()
        for unit in map(self._at, sorted(self._guidance)):
            if unit.headings != headings:
                lines += unit.headings[-1:]
            headings = unit.headings
            lines.append(unit.text)
        return "\n\n".join(lines)

    def without(self, gone: set[Place], instead: str = "") -> tuple[str, ...]:
        """The texts without these units, and without the headings that nothing is left under.

        `instead` stands where the first of them stood.
        """
        gone = gone | self._bare_headings(gone)
        first = min(gone, default=None)
        return tuple(self._text(number, gone, first, instead) for number in range(len(self._units)))

    def summarised(self, summary: str) -> tuple[str, ...]:
        """The texts with a summary in place of all that may go."""
        return self.without(self._guidance, summary)

    def _find(self) -> None:
        used: set[tuple[int, str]] = set()
        late = False
        for first, found in enumerate(self._units):
            own = takewhile(lambda unit: not unit.text.startswith(ENDS), found)
            for second, unit in enumerate(own):
                late = late or unit.text.startswith(ENVIRONMENT)
                match = _matching(unit, late)
                if match is not None and match not in used:
                    used.add(match)
                    self._found[match[0]].append((first, second))

    def _at(self, place: Place) -> Unit:
        return self._units[place[0]][place[1]]

    def _bare_headings(self, gone: set[Place]) -> set[Place]:
        """The headings of what is gone, where neither a unit nor a heading below them is left."""
        bare: set[Place] = set()
        for number, found in enumerate(self._units):
            left: set[tuple[str, ...]] = set()
            emptied: set[tuple[str, ...]] = set()
            for index in range(len(found) - 1, -1, -1):
                unit = found[index]
                if not unit.is_heading:
                    (emptied if (number, index) in gone else left).add(unit.headings)
                    continue
                is_bare = unit.headings in emptied and unit.headings not in left
                if is_bare:
                    bare.add((number, index))
                (emptied if is_bare else left).add(unit.headings[:-1])
                left.discard(unit.headings)
                emptied.discard(unit.headings)
        return bare

    def _text(self, number: int, gone: set[Place], first: Place | None, instead: str) -> str:
        pieces: list[str] = []
        for index, unit in enumerate(self._units[number]):
            place = (number, index)
            if place in gone:
                pieces += (instead, "\n\n") if place == first and instead else ()
            else:
                pieces += (unit.text, _folded(unit.gap) if place in self._guidance else unit.gap)
        return "".join(pieces)


def _folded(gap: str) -> str:
    """One blank line is enough behind a text of Claude Code's own."""
    return "\n\n" if gap.count("\n") > 1 else gap


def _matching(unit: Unit, late: bool) -> tuple[int, str] | None:
    """The rule and the opening that this unit goes by; `late`: it stands behind the environment."""
    text = unit.text.lstrip()
    if unit.is_heading or not text or _is_protected(text):
        return None
    for number, rule in enumerate(RULES):
        if late and not rule.late:
            continue
        fits = unit.path in HEADINGS if rule.heading is None else unit.path == rule.heading
        if fits and len(text) <= rule.longest:
            for opening in rule.openings:
                if text.startswith(opening):
                    return number, opening
    return None


def _is_protected(text: str) -> bool:
    """A line of it begins with what is the user's own."""
    return any(line.lstrip(" -").startswith(_BEGINNINGS) for line in text.split("\n"))
