"""How much the model should think, from the client's words to the backend's (protocol §1.3, §1.5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.history import SYSTEM_ROLES
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest
from conversion.terms import Thinking

_LADDER = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_CLIENT_WORDS = frozenset(("low", "medium", "high", "xhigh", "max"))
_BUDGETS = ((4_096, "low"), (16_000, "medium"), (32_000, "high"))

_FIELDS: Mapping[str, Callable[[str], dict[str, object]]] = {
    "none": lambda word: {},
    "effort": lambda word: {"reasoning_effort": word},
    "object": lambda word: {"reasoning": {"enabled": False} if word == "none" else {"effort": word}},
}
"""How a dialect is told the word, by `BackendProfile.reasoning`."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What the client asked for: a word of the ladder, None for nothing; the budget where it gave one."""

    word: str | None
    budget: int | None


def requested_effort(request: MessagesRequest) -> Effort:
    match request.thinking:
        case {"type": "disabled" | "between_tools"}:
            return Effort("none", None)
        case {"type": "enabled", "budget_tokens": int(budget)}:
            return Effort(_said_word(request) or _budget_word(budget), budget)
        case _:
            return Effort(_said_word(request), None)


def thinks(request: MessagesRequest) -> bool:
    match request.thinking:
        case {"type": "enabled" | "adaptive"}:
            return True
        case _:
            return False


def shown_thinking(request: MessagesRequest) -> Thinking:
    """How the reply shows reasoning."""
    match request.thinking:
        case {"type": "disabled" | "between_tools"}:
            return "off"
        case {"display": "omitted"}:
            return "omitted"
        case _:
            return "shown"


def reasoning_fields(
    effort: Effort, destination: Destination, limit: int, has_tools: bool, notes: Notes
) -> dict[str, object]:
    """The fields that tell the backend; none where it is not told.

    `limit` is how many tokens it may write at all: a budget that leaves nothing of them is told as a word.
    """
    profile = destination.profile
    if has_tools and profile.effort_with_tools != "free":
        return _fields_with_tools(effort, profile, notes, destination.model)
    if effort.budget is not None and effort.budget < limit and profile.reasoning_budget:
        return {"reasoning": {"max_tokens": effort.budget}}
    if effort.word is None:
        return {}
    word = _nearest(effort.word, profile.efforts)
    return _FIELDS[profile.reasoning](word) if word else {}


def _fields_with_tools(effort: Effort, profile: BackendProfile, notes: Notes, model: str) -> dict[str, object]:
    """Some models refuse tools together with reasoning, each in its own way."""
    if profile.effort_with_tools == "refused":
        raise InvalidRequest(
            f"model: {model} cannot use tools through chat completions;"
            " route it through OpenRouter, or map this name to another model"
        )
    if effort.word not in (None, "none"):
        notes.add("effort_dropped", f"{model} does not reason in requests that have tools")
    return _FIELDS[profile.reasoning]("none") if profile.effort_with_tools == "none" else {}


def _said_word(request: MessagesRequest) -> str | None:
    """The effort of the last system message that carries one, else that of the request."""
    efforts = [message.output_config for message in request.messages if message.role in SYSTEM_ROLES]
    for config in (*reversed(efforts), request.output_config):
        match config:
            case {"effort": str(word)} if word in _CLIENT_WORDS:
                return word
    return None


def _budget_word(budget: int) -> str:
    return next((word for limit, word in _BUDGETS if budget < limit), "xhigh")


def _nearest(word: str, words: tuple[str, ...]) -> str | None:
    """The word itself, else the next weaker one that the model knows, else the weakest; off only where it was asked."""
    known = [each for each in _LADDER if each in words and (each != "none" or word == "none")]
    weaker = [each for each in known if _LADDER.index(each) <= _LADDER.index(word)]
    return weaker[-1] if weaker else next(iter(known), None)
