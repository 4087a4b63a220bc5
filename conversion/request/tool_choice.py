"""How the model is told to use its tools (protocol §3.6); what a backend cannot be told becomes an instruction."""

from __future__ import annotations

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


def told_choice(choice: ToolChoice, backend_name: str, has_calls: bool, profile: BackendProfile) -> Told:
    """What the backend is told of the choice; `has_calls`: the history has calls, so that tools cannot be hidden."""
    told = _told(choice, backend_name, has_calls, profile)
    if not choice.parallel and profile.parallel_tool_calls:
        told.fields["parallel_tool_calls"] = False
    return told


def _told(choice: ToolChoice, backend_name: str, has_calls: bool, profile: BackendProfile) -> Told:
    known = profile.tool_choices
    auto: dict[str, object] = {"tool_choice": "auto"} if "auto" in known else {}
    match choice.mode:
        case None:
            return Told({})
        case "auto":
            return Told(auto)
        case "any" if "any" in known:
            return Told({"tool_choice": profile.any_tool_word})
        case "any":
            return Told(auto, "Your next answer must call one of the available tools.")
        case "tool" if "tool" in known:
            return Told({"tool_choice": {"type": "function", "function": {"name": backend_name}}})
        case "tool" if "any" in known:
            return Told({"tool_choice": profile.any_tool_word}, only=choice.name)
        case "tool":
            return Told(auto, f"Your next answer must call the tool {backend_name}.", only=choice.name)
        case "none" if "none" in known:
            return Told({"tool_choice": "none"})
        case "none" if has_calls:
            return Told(auto, "Do not call any tool in your next answer.")
        case _:
            return Told({}, hide_tools=True)
