"""How the model is told to use its tools (protocol §3.6); what a backend cannot be told becomes an instruction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile

Mode = Literal["auto", "any", "tool", "none"]


class ToolChoice(Struct, frozen=True):
    """The client's choice; `mode` is None where it made none, `name` is that of the tool it demands."""

    mode: Mode | None = None
    name: str | None = None
    parallel: bool = True


class Told(Struct):
    """What the backend is told: fields of the request, an instruction for the system text, one tool to keep or none.

    `only`: the client's name of the one tool that is offered. `hide_tools`: none is.
    """

    fields: dict[str, object]
    instruction: str | None = None
    only: str | None = None
    hide_tools: bool = False


def read_tool_choice(received: object) -> ToolChoice:
    match received:
        case None:
            return ToolChoice()
        case {"type": "tool", "name": str(name), **rest}:
            return ToolChoice("tool", name, rest.get("disable_parallel_tool_use") is not True)
        case {"type": "tool"}:
            raise InvalidRequest("tool_choice.name: Field required")
        case {"type": ("auto" | "any" | "none") as mode, **rest}:
            return ToolChoice(mode, None, rest.get("disable_parallel_tool_use") is not True)
        case {"type": _}:
            raise InvalidRequest("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'")
        case dict():
            raise InvalidRequest("tool_choice.type: Field required")
        case _:
            raise InvalidRequest("tool_choice: Input should be an object")


def told_choice(
    choice: ToolChoice, backend_name: str, profile: BackendProfile, *, thinks: bool, has_calls: bool
) -> Told:
    """What the backend is told of the choice.

    `thinks`: the model does, so that less may be demanded of it. `has_calls`: the history has calls, so that the tools
    cannot be hidden.
    """
    known = known_choices(profile, thinks=thinks)
    told = _told(choice, backend_name, known, profile.any_tool_word, has_calls)
    if not choice.parallel and profile.parallel_tool_calls and not told.hide_tools:
        told.fields["parallel_tool_calls"] = False
    return told


def known_choices(profile: BackendProfile, *, thinks: bool) -> tuple[str, ...]:
    """The choices that the backend can be told."""
    if thinks and profile.thinking_tool_choices is not None:
        return profile.thinking_tool_choices
    return profile.tool_choices


def allowed_choice(choice: ToolChoice, backend_names: Iterable[str]) -> dict[str, object]:
    """The choice among some of the tools that are listed."""
    tools = [{"type": "function", "function": {"name": name}} for name in backend_names]
    mode = "required" if choice.mode == "any" else "auto"
    return {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}}


def _told(choice: ToolChoice, backend_name: str, known: tuple[str, ...], any_word: str, has_calls: bool) -> Told:
    auto: dict[str, object] = {"tool_choice": "auto"} if "auto" in known else {}
    match choice.mode:
        case None:
            return Told({})
        case "auto":
            return Told(auto)
        case "any" if "any" in known:
            return Told({"tool_choice": any_word})
        case "any":
            return Told(auto, "Your next answer must call one of the available tools.")
        case "tool" if "tool" in known:
            return Told({"tool_choice": {"type": "function", "function": {"name": backend_name}}})
        case "tool" if "any" in known:
            return Told({"tool_choice": any_word}, only=choice.name)
        case "tool":
            return Told(auto, f"Your next answer must call the tool {backend_name}.", only=choice.name)
        case "none" if "none" in known:
            return Told({"tool_choice": "none"})
        case "none" if has_calls:
            return Told(auto, "Do not call any tool in your next answer.")
        case _:
            return Told({}, hide_tools=True)
