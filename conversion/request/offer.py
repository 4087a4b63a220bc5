"""What of the request's tools the backend is offered, and what is lost (protocol §3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from msgspec import Struct

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.availability import ToolHistory, available_tools, loaded_tools
from conversion.request.history import Message
from conversion.request.notes import Notes
from conversion.request.read import Tool
from conversion.request.schema import LAST_LEVEL
from conversion.request.tool_choice import ToolChoice
from conversion.request.typed_tools import client_tools

WEB_TOOLS = ("web_search", "web_fetch")
_SILENTLY_DROPPED = ("tool_search_tool_", "advisor_", "mcp_toolset")


class Offer(Struct):
    """`client`: tools that the client runs. `server`: those that the backend runs itself, with its type for them.
    `search`: the search of a backend that searches by itself. `withheld`: names of tools that are listed, for the sake
    of the prompt cache, and may not be called. `missing`: names of dropped tools that the model may have been told
    about; `refused`: of those whose schema the backend took in no form.
    """

    client: list[Tool] = []
    server: list[tuple[str, Tool]] = []
    search: Tool | None = None
    withheld: frozenset[str] = frozenset()
    missing: list[str] = []
    refused: list[str] = []


def make_offer(
    tools: list[Tool], changes: ToolHistory, choice: ToolChoice, destination: Destination, notes: Notes
) -> Offer:
    """What is offered at the end of the conversation; raises InvalidRequest where nothing sensible is."""
    profile = destination.profile
    offer = Offer()
    clients: list[Tool] = []
    for tool in tools:
        if made := client_tools(tool):
            clients += filter(_is_callable, made)
        else:
            _offer_elsewhere(tool, offer, profile, notes)
    _check_names(tools, clients)
    all_loaded = _declares_search(tools)
    offer.client = available_tools(clients, changes, forced=choice.name, all_loaded=all_loaded)
    if changes.removed and profile.allowed_tools:
        offer.client = loaded_tools(clients, changes, forced=choice.name, all_loaded=all_loaded)
        offer.withheld = frozenset(changes.removed)
    _drop_refused(offer, destination, notes)
    _keep_within_limit(offer, changes, choice, profile, notes)
    _check_web_only(tools, offer)
    _check_choice(choice, tools, offer)
    return offer


def unavailable_note(offer: Offer, prompt: Message, history: list[Message]) -> str | None:
    """A line for the model about the dropped tools that it was told of.

    Only what never changes in the course of a conversation is looked at: the line stands in front of all of it.
    """
    names = list(offer.refused)
    if offer.missing:
        told = [block.text for message in (prompt, *_beginning(history)) for block in message.blocks]
        used = {block.name for message in history for block in message.blocks if block.type == "server_tool_use"}
        names += [name for name in offer.missing if name in used or any(name in text for text in told)]
    return f"The tools {', '.join(names)} mentioned in this conversation are not available." if names else None


def _beginning(history: list[Message]) -> Iterable[Message]:
    return takewhile(lambda message: message.role != "assistant", history)


def _check_names(tools: list[Tool], clients: list[Tool]) -> None:
    for index, tool in enumerate(tools):
        if not tool.name and tool.type in (None, "custom"):
            raise InvalidRequest(f"tools.{index}.name: Field required")
    for names in ([tool.name for tool in tools if tool.name], [tool.name for tool in clients]):
        if len(names) != len(set(names)):
            raise InvalidRequest("tools: Tool names must be unique.")


def _is_callable(tool: Tool) -> bool:
    """Tools that only code execution may call cannot be reached."""
    callers = tool.allowed_callers
    return not isinstance(callers, list) or "direct" in callers


def _declares_search(tools: list[Tool]) -> bool:
    """The search of the real server cannot be run here, so that all tools it could find must be there at once."""
    return any((tool.type or "").startswith("tool_search_tool_") for tool in tools)


def _drop_refused(offer: Offer, destination: Destination, notes: Notes) -> None:
    """Tools whose schema the backend refused at every level."""
    levels = destination.schema_levels
    if not levels:
        return
    offer.refused = [tool.name for tool in offer.client if levels.get(tool.name, 0) > LAST_LEVEL]
    offer.client = [tool for tool in offer.client if tool.name not in offer.refused]
    for name in offer.refused:
        notes.add("tool_dropped", f"the backend refuses the schema of {name}")


def _keep_within_limit(
    offer: Offer, changes: ToolHistory, choice: ToolChoice, profile: BackendProfile, notes: Notes
) -> None:
    limit, tools = profile.tool_limit, offer.client
    if limit is None or len(tools) <= limit:
        return
    notes.add("tools_dropped", f"{len(tools)} tools, and the backend takes {limit}")

    def rank(tool: Tool) -> tuple[bool, bool, bool, bool]:
        name = tool.name
        return name != choice.name, name not in changes.used, bool(tool.defer_loading), name not in changes.loaded

    kept = {tool.name for tool in sorted(tools, key=rank)[:limit]}
    offer.client = [tool for tool in tools if tool.name in kept]


def _offer_elsewhere(tool: Tool, offer: Offer, profile: BackendProfile, notes: Notes) -> None:
    kind = tool.type or ""
    if profile.search_options and _web_tool(tool) == "web_search":
        offer.search = tool
        return
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
    if tools and not offer.server and not offer.search and all(_web_tool(tool) for tool in tools):
        raise InvalidRequest(f"{_web_tool(tools[0])} is not available through this gateway")


def _web_tool(tool: Tool) -> str | None:
    return next((name for name in WEB_TOOLS if (tool.type or "").startswith(f"{name}_")), None)


def _check_choice(choice: ToolChoice, tools: list[Tool], offer: Offer) -> None:
    name = choice.name
    elsewhere = [tool for _, tool in offer.server] + ([offer.search] if offer.search else [])
    if name is None or any(tool.name == name for tool in (*offer.client, *elsewhere)):
        return
    if any(tool.name == name for tool in tools):
        raise InvalidRequest(f"tool_choice: tool '{name}' is not available through this gateway")
    raise InvalidRequest(f"tool_choice: tool '{name}' is not among the tools of the request")
