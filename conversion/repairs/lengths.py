"""How long the reply may be: the field that says it, and the number in it (protocol §1.6, R1 to R4)."""

from __future__ import annotations

import re

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.reply.overflow import read_overflow

_LEAST_ROOM = 1_024
_MARGIN = 64
_TOLERANCE = 1.15
"""How far our estimate of the prompt may be off."""
_LEAST_LIMIT = 256
"""No model writes less: a smaller number in the text means something else."""
_MOST_MINIMUM = 1_024

_LENGTH = any_of(r"max[_ ]?(?:completion|output|new)?[_ ]?tokens", r"(?:completion|output) tokens", r"maximum tokens")
_N = r"""[`'"]?(\d{1,9})"""
_LIMITS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"at most {_N} (?:completion|output) tokens",
        rf"max_(?:completion_|output_)?tokens: \d+ > {_N}",
        rf"(?:less than or equal to|<=|≤|at most|(?:no|not) (?:more|greater|larger) than|not exceed) {_N}",
        rf"(?:maximum|max|limit|maximum allowed|maximum value)(?: is| of|:) {_N}",
        rf"\[ ?\d+ ?, ?{_N} ?\]",
        r"to (\d{1,9}) \((?:exclusive|inclusive)\)",
    )
)
_MINIMUM = any_of(rf"(?:>=|≥|greater than or equal to|at least) {_N}")
_AFFORDABLE = re.compile(r"can only afford (\d{1,9})")


def room_in_the_window(refusal: Refusal) -> Repair | None:
    """R4: the prompt fits, but not together with the reply."""
    overflow = read_overflow(refusal.report)
    if overflow is None or overflow.input is None or overflow.limit is None:
        return None
    prompt = overflow.input
    if "at least" in refusal.text:  # counting stopped there
        prompt = max(prompt, round(refusal.conversion.terms.estimated_input_tokens * _TOLERANCE))
    return _shorter("room", overflow.limit - prompt - _MARGIN, refusal, least=_LEAST_ROOM, lasting=False)


def what_is_affordable(refusal: Refusal) -> Repair | None:
    """R3, for an account that cannot pay more."""
    found = _AFFORDABLE.search(refusal.text)
    return _shorter("credit", int(found[1]), refusal, least=_LEAST_ROOM, lasting=False) if found else None


def output_limit(refusal: Refusal) -> Repair | None:
    """R3"""
    if not _LENGTH.search(refusal.all_text):
        return None
    for pattern in _LIMITS:
        for found in pattern.finditer(refusal.text):
            limit = int(found[1]) - ("exclusive" in found[0])
            if repair := _shorter("output_limit", limit, refusal, least=_LEAST_LIMIT):
                return repair
    return None


def least_length(refusal: Refusal) -> Repair | None:
    found = _MINIMUM.search(refusal.text) if _LENGTH.search(refusal.all_text) else None
    least = int(found[1]) if found else 0
    if not refusal.conversion.terms.max_tokens < least <= _MOST_MINIMUM:
        return None
    return Repair("minimum_max_tokens", overrides={"minimum_max_tokens": least})


def field_of_the_length(refusal: Refusal) -> Repair | None:
    """R1, R2"""
    sent = refusal.profile.max_tokens_field
    if not refusal.refuses(sent) or refusal.repaired("max_tokens_field"):
        return None
    other = "max_tokens" if sent == "max_completion_tokens" else "max_completion_tokens"
    return Repair("max_tokens_field", overrides={"max_tokens_field": other})


LENGTH_RULES = (output_limit, least_length, field_of_the_length)


def _shorter(kind: str, limit: int, refusal: Refusal, *, least: int, lasting: bool = True) -> Repair | None:
    if not least <= limit < refusal.conversion.terms.max_tokens:
        return None
    return Repair(kind, limits={"max_output_tokens": limit}, lasting=lasting)
