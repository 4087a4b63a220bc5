"""Compaction: the least valuable guidance goes until the prompt fits. A pure function, the same for the same prompt.

Nothing is ever cut: a unit is there byte for byte, or it is gone and named. What has to stay stays even where it does
not fit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from conversion.compression.prompt import is_known, prompt_of
from conversion.compression.rules import Rule
from conversion.estimates import estimate_text

REMEMBERED = 128
"""How many results a process keeps: the prompts of conversations that go on."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What one rule took out: the text as it stood there."""

    rule: Rule
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """The texts of the prompt, as many as before; tokens are estimates."""

    texts: tuple[str, ...]
    removals: tuple[Removal, ...]
    tokens_before: int
    tokens: int


def compacted(texts: tuple[str, ...], limit: int) -> Compacted:
    """The texts of one prompt within `limit` tokens, as far as that goes.

    One that fits, or is not Claude Code's, stays as it is.
    """
    before = total(texts)
    if before <= limit or not is_known(texts):
        return Compacted(texts, (), before, before)
    return _compacted(texts, limit)


def total(texts: Iterable[str]) -> int:
    return sum(estimate_text(text) for text in texts if text)


@lru_cache(REMEMBERED)
def _compacted(texts: tuple[str, ...], limit: int) -> Compacted:
    """Without as many of the rules' findings as have to go: each more makes the prompt shorter."""
    prompt = prompt_of(texts)
    found = prompt.removable()

    def without(count: int) -> tuple[str, ...]:
        return prompt.without({place for _, places in found[:count] for place in places})

    count = bisect_left(range(len(found)), True, key=lambda count: total(without(count)) <= limit)
    removals = tuple(_removal(rule, prompt.text_of(places)) for rule, places in found[:count])
    shorter = without(count)
    return Compacted(shorter, removals, total(texts), total(shorter))


def _removal(rule: Rule, text: str) -> Removal:
    return Removal(rule, text, estimate_text(text))
