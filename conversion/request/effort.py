"""How much the model should think, from the client's words to the backend's (protocol §1.3, §1.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile, Reasoning
from conversion.profiles.reasoning import way_of
from conversion.request.history import SYSTEM_ROLES
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest
from conversion.terms import Thinking

_LADDER = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_CLIENT_WORDS = frozenset(("low", "medium", "high", "xhigh", "max"))
_BUDGETS = ((4_096, "low"), (16_000, "medium"), (32_000, "high"))


@dataclass(frozen=True, slots=True)
class Effort:
    """What the client asked for: a word of the ladder, None for nothing; the budget where it gave one."""

    word: str | None
    budget: int | None


@dataclass(frozen=True, slots=True)
class ToldReasoning:
    """The fields that tell the backend how much to think; `thinks`: it does, as far as anyone knows."""

    fields: Mapping[str, object]
    thinks: bool


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


def told_reasoning(
    request: MessagesRequest, destination: Destination, limit: int, notes: Notes, *, has_tools: bool
) -> ToldReasoning:
    """What the backend is told; nothing where the client asked for nothing.

    `limit` is how many tokens it may write at all: a budget that leaves nothing of them is told as a word.
    """
    profile = destination.profile
    effort = requested_effort(request)
    if has_tools and profile.effort_with_tools != "free":
        return _told_with_tools(effort, destination, notes)
    if effort.word is None:
        return ToldReasoning({}, profile.thinks_unasked)
    way = profile.reasoning
    if profile.shown_reasoning is not None and thinks(request) and shown_thinking(request) == "shown":
        way = profile.shown_reasoning
    budget = effort.budget if effort.budget is not None and effort.budget < limit else None
    return _told(way_of(way), Effort(effort.word, budget), profile)


def _told(way: Reasoning, effort: Effort, profile: BackendProfile) -> ToldReasoning:
    word = _nearest(effort.word or "", profile.efforts)
    if word == "none":
        return ToldReasoning(_switched_off(way), thinks=False)
    if word is None or (effort.word == "none" and not way.effort):
        return ToldReasoning({}, profile.thinks_unasked)  # it cannot be switched off
    told: Mapping[str, object] = way.on
    if way.budget and (budget := effort.budget or way.budgets.get(word)):
        told = _with(told, way.budget, budget)
    elif way.effort and (said := way.words.get(word, word)):
        told = _with(told, way.effort, said)
    return ToldReasoning(told, bool(told) or profile.thinks_unasked)


def _switched_off(way: Reasoning) -> Mapping[str, object]:
    return way.off or (_with({}, way.effort, "none") if way.effort else {})


def _told_with_tools(effort: Effort, destination: Destination, notes: Notes) -> ToldReasoning:
    """Some models refuse tools together with reasoning, each in its own way."""
    profile = destination.profile
    if profile.effort_with_tools == "refused":
        raise InvalidRequest(
            f"model: {destination.model} cannot use tools through chat completions;"
            " set its habit `wire` to `responses`, route it through OpenRouter, or map this name to another model"
        )
    if effort.word not in (None, "none"):
        notes.add("effort_dropped", f"{destination.model} does not reason in requests that have tools")
    if profile.effort_with_tools == "none":
        return ToldReasoning(_switched_off(way_of(profile.reasoning)), thinks=False)
    return ToldReasoning({}, profile.thinks_unasked)


def _with(fields: Mapping[str, object], path: str, value: object) -> dict[str, object]:
    """The fields with the value at the path."""
    name, _, rest = path.partition(".")
    inner = fields.get(name)
    return {**fields, name: _with(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


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
