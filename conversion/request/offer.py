"""What of the request's tools the backend is offered, and what is lost (protocol §3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from msgspec import Struct

from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.availability import ToolHistory, available_tools
from conversion.request.history import Message
from conversion.request.notes import Notes
from conversion.request.read import Tool
from conversion.request.tool_choice import ToolChoice
from conversion.request.typed_tools import as_client_tool

WEB_TOOLS = ("web_search", "web_fetch")
_SILENTLY_DROPPED = ("tool_search_tool_", "advisor_", "mcp_toolset")


class Offer(Struct):
    """`client`: tools that the client runs. `server`: those that the backend runs itself, with its type for them.
    `missing`: names of dropped tools that the model may have been told about.
    """

    client: list[Tool]
    server: list[tuple[str, Tool]]
    missing: list[str]


def make_offer(
    tools: list[Tool], changes: ToolHistory, choice: ToolChoice, profile: BackendProfile, notes: Notes
) -> Offer:
    """What is offered at the end of the conversation; raises InvalidRequest where nothing sensible is."""
    _check_names(tools)
    client = available_tools(_client_tools(tools), changes, forced=choice.name, all_loaded=_declares_search(tools))
    offer = Offer(_within_limit(client, changes, choice, profile, notes), [], [])
    for tool in tools:
        if as_client_tool(tool) is None:
            _offer_elsewhere(tool, offer, profile, notes)
    _check_web_only(tools, offer)
    _check_choice(choice, tools, offer)
    return offer


def unavailable_note(missing: list[str], prompt: Message, history: list[Message]) -> str | None:
    """A line for the model about the dropped tools that it was told of.

    Only what never changes in the course of a conversation is looked at: the line stands in front of all of it.
    """
    if not missing:
        return None
    told = [block.text for message in (prompt, *_beginning(history)) for block in message.blocks]
    names = {block.name for message in history for block in message.blocks if block.type == "server_tool_use"}
    mentioned = [name for name in missing if name in names or any(name in text for text in told)]
    return f"The tools {', '.join(mentioned)} mentioned in this conversation are not available." if mentioned else None


def _beginning(history: list[Message]) -> Iterable[Message]:
    return takewhile(lambda message: message.role != "assistant", history)


def _check_names(tools: list[Tool]) -> None:
    names = [tool.name for tool in tools if tool.name]
    if len(names) != len(set(names)):
        raise InvalidRequest("tools: Tool names must be unique.")
    for index, tool in enumerate(tools):
        if not tool.name and tool.type in (None, "custom"):
            raise InvalidRequest(f"tools.{index}.name: Field required")


def _client_tools(tools: Iterable[Tool]) -> list[Tool]:
    return [client for tool in tools if (client := as_client_tool(tool)) and _is_callable(client)]


def _is_callable(tool: Tool) -> bool:
    """Tools that only code execution may call cannot be reached."""
    callers = tool.allowed_callers
    return not isinstance(callers, list) or "direct" in callers


def _declares_search(tools: list[Tool]) -> bool:
    """The search of the real server cannot be run here, so that all tools it could find must be there at once."""
    return any((tool.type or "").startswith("tool_search_tool_") for tool in tools)


def _within_limit(
    tools: list[Tool], changes: ToolHistory, choice: ToolChoice, profile: BackendProfile, notes: Notes
) -> list[Tool]:
    limit = profile.tool_limit
    if limit is None or len(tools) <= limit:
        return tools
    notes.add("tools_dropped", f"{len(tools)} tools, and the backend takes {limit}")

    def rank(tool: Tool) -> tuple[bool, bool, bool]:
        return tool.name != choice.name, tool.name not in changes.used, bool(tool.defer_loading)

    kept = {tool.name for tool in sorted(tools, key=rank)[:limit]}
    return [tool for tool in tools if tool.name in kept]


def _offer_elsewhere(tool: Tool, offer: Offer, profile: BackendProfile, notes: Notes) -> None:
    kind = tool.type or ""
    for name, backend_type in profile.server_tools:
        if kind.startswith(f"{name}_"):
            offer.server.append((backend_type, tool))
            return
    if not kind.startswith(_SILENTLY_DROPPED):
        name = tool.name or kind
        notes.add("tool_dropped", f"{name} is not available at this backend")
        offer.missing.append(name)


def _check_web_only(tools: list[Tool], offer: Offer) -> None:
    """A request for nothing but a search must fail: an answer would be taken for its result (protocol §3.9)."""
    if tools and not offer.server and all(_web_tool(tool) for tool in tools):
        raise InvalidRequest(f"{_web_tool(tools[0])} is not available through this gateway")


def _web_tool(tool: Tool) -> str | None:
    return next((name for name in WEB_TOOLS if (tool.type or "").startswith(f"{name}_")), None)


def _check_choice(choice: ToolChoice, tools: list[Tool], offer: Offer) -> None:
    name = choice.name
    if name is None or any(tool.name == name for tool in (*offer.client, *(tool for _, tool in offer.server))):
        return
    if any(tool.name == name for tool in tools):
        raise InvalidRequest(f"tool_choice: tool '{name}' is not available through this gateway")
    raise InvalidRequest(f"tool_choice: tool '{name}' is not among the tools of the request")
