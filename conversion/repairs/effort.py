"""How much the model may be told to think (protocol §1.6, R7 and R8)."""

from __future__ import annotations

import re

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.repairs.sentences import Sentence

_WORDS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_EFFORT = any_of(r"effort", r"thinking_level", r"(?:think|thinking|reasoning) value")
_LIST = any_of(r"(?:(?:supported|allowed|valid) values|one of|should be|must be)(.*)")
_WITH_TOOLS = any_of(
    r"\b(?:function|tool)s?\b.{0,60}\breasoning_effort", r"\breasoning_effort\b.{0,60}\b(?:function|tool)s?\b"
)
_NO_NONE = any_of(r"""(?:not support|unsupported value:?|invalid value:?) [`'"]none""")
_NEVER_OFF = any_of(
    r"(?:reasoning|thinking) is mandatory",
    r"(?:reasoning|thinking) can(?:not|'t) be (?:disabled|turned off)",
    r"only works in thinking mode",
    r"not support disabling (?:reasoning|thinking)",
)
_STEPS = ("none", "omit")

_SENTENCES = (
    Sentence(
        "reasoning",
        any_of(r"not support (?:thinking|reasoning)\b(?! (?:effort|with))"),
        {"reasoning": "none", "shown_reasoning": None},
    ),
    Sentence("reasoning_summary", any_of(r"verified to generate reasoning summar"), {"reasoning_summary": "none"}),
)


def effort_with_tools(refusal: Refusal) -> Repair | None:
    """R8: first the word `none`, then no word at all."""
    habit = refusal.profile.effort_with_tools
    told = refusal.is_refused() and bool(_WITH_TOOLS.search(refusal.text))
    none_refused = habit == "none" and bool(_NO_NONE.search(refusal.text))
    if "tools" not in refusal.sent or not (told or none_refused):
        return None
    made = [habit, *(repair.overrides["effort_with_tools"] for repair in refusal.repaired("effort_with_tools"))]
    step = next((step for step in _STEPS if step not in made), None)
    return Repair("effort_with_tools", overrides={"effort_with_tools": step}) if step else None


def known_efforts(refusal: Refusal) -> Repair | None:
    """R7: those that the backend lists."""
    listed = _LIST.search(refusal.text) if _EFFORT.search(refusal.all_text) else None
    known = tuple(word for word in _WORDS if listed and re.search(rf"\b{word}\b", listed[1]))
    if not known or refusal.sent_value("reasoning_effort") in known:
        return None
    return Repair("efforts", overrides={"efforts": known})


def never_off(refusal: Refusal) -> Repair | None:
    """R7, for the word that switches thinking off."""
    if not _NEVER_OFF.search(refusal.text):
        return None
    return Repair("efforts", overrides={"efforts": tuple(word for word in refusal.profile.efforts if word != "none")})


EFFORT_RULES = (effort_with_tools, known_efforts, never_off, *(sentence.repair for sentence in _SENTENCES))
