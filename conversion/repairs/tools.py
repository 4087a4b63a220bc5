"""How many tools, what is said of them, and which of them may be demanded (protocol §1.6, R10)."""

from __future__ import annotations

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.repairs.sentences import Sentence

_CHOICE = any_of(r"tool[_ ]choice")
_REFUSED_CHOICE = any_of(r"must be", r"should be", r"supported string values", r"forces? tool use", r"being set to")
_REQUIRED_IS_KNOWN = any_of(r"(?:values|one of|must be|should be).{0,60}\b(?:required|any)\b")
_N = r"(\d{1,4})"
_MOST_TOOLS = any_of(
    rf"'tools': array too long.{{0,60}}maximum length {_N}",
    rf"(?:at most|maximum(?: of)?|up to|more than) {_N} (?:tools|functions)",
    rf"(?:number of|many) (?:tools|functions).{{0,60}}(?:at most|maximum|maximum is|limit is|up to):? {_N}",
)
_DESCRIPTION_LIMIT = any_of(r"description.{0,80}(?:maximum length|at most|no more than) (\d{3,6})")

_SENTENCES = (
    Sentence(
        "tool_names",
        any_of(r"invalid function name", r"function name must (?:start|begin) with a letter"),
        {"tool_names": "letter"},
    ),
)


def tool_choice(refusal: Refusal) -> Repair | None:
    """R10"""
    if "tool_choice" not in refusal.sent or not _CHOICE.search(refusal.all_text):
        return None
    if not refusal.is_refused() and not _REFUSED_CHOICE.search(refusal.text):
        return None
    match refusal.sent_value("tool_choice"):
        case {"type": "allowed_tools"}:
            return Repair("allowed_tools", overrides={"allowed_tools": False})
        case "auto":
            return _without(("auto", "any", "tool", "none"), refusal)
        case "none":
            return _without(("none",), refusal)
        case dict() if _REQUIRED_IS_KNOWN.search(refusal.text):
            return _without(("tool",), refusal)
        case _:
            return _without(("any", "tool"), refusal)


def tool_limit(refusal: Refusal) -> Repair | None:
    found = _MOST_TOOLS.search(refusal.text)
    offered = refusal.sent_value("tools")
    if not found or not isinstance(offered, list):
        return None
    limit = int(found[1] or found[2] or found[3])
    return Repair("tool_limit", overrides={"tool_limit": limit}) if 0 < limit < len(offered) else None


def description_limit(refusal: Refusal) -> Repair | None:
    found = _DESCRIPTION_LIMIT.search(refusal.all_text) if "tools" in refusal.sent else None
    return Repair("description_limit", overrides={"description_limit": int(found[1])}) if found else None


TOOL_RULES = (tool_choice, tool_limit, description_limit, *(sentence.repair for sentence in _SENTENCES))


def _without(refused: tuple[str, ...], refusal: Refusal) -> Repair:
    lists = ("tool_choices", "thinking_tool_choices")
    known = {name: getattr(refusal.profile, name) for name in lists}
    left = {name: tuple(mode for mode in modes if mode not in refused) for name, modes in known.items() if modes}
    return Repair("tool_choice", overrides=left)
