"""The offered tools as the backend reads them (protocol §3.2)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from conversion.request.draft import Draft
from conversion.request.offer import Offer
from conversion.request.read import Tool
from conversion.request.schema import cleaned_schema
from conversion.request.tool_choice import ToolChoice, told_choice
from conversion.request.wire import Function, FunctionTool, OfferedTool, ServerTool

_MOST_EXAMPLES = 3
_LONGEST_EXAMPLES = 1_500

_PARAMETERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "web_search": (
        ("allowed_domains", "allowed_domains"),
        ("blocked_domains", "excluded_domains"),
        ("max_uses", "max_uses"),
        ("user_location", "user_location"),
    ),
    "web_fetch": (
        ("allowed_domains", "allowed_domains"),
        ("blocked_domains", "blocked_domains"),
        ("max_uses", "max_uses"),
        ("max_content_tokens", "max_content_tokens"),
    ),
}
"""For each server tool: our parameter, the backend's."""


class ToolFields(Struct):
    """What the request says about tools, and what the system text must say for it."""

    fields: dict[str, object]
    instruction: str | None = None


def tool_fields(offer: Offer, choice: ToolChoice, has_calls: bool, draft: Draft) -> ToolFields:
    """`has_calls`: the history has calls, so that the tools cannot be hidden from a backend that sees them."""
    if not offer.client and not offer.server:
        return ToolFields({})
    if choice.name and all(tool.name != choice.name for tool in offer.client):
        choice = ToolChoice("any", None, choice.parallel)  # a tool of the backend's own has no function to name
    told = told_choice(choice, draft.tool_name(choice.name or ""), has_calls, draft.profile)
    if told.hide_tools:
        return ToolFields({})
    if told.only:
        offer = Offer([tool for tool in offer.client if tool.name == told.only], [], [])
    if told.instruction:
        draft.notes.add("tool_choice_as_text", "the backend cannot be told this choice of tools")
    return ToolFields({"tools": _offered_tools(offer, draft)} | told.fields, told.instruction)


def _offered_tools(offer: Offer, draft: Draft) -> list[OfferedTool]:
    functions = [_function_tool(tool, draft) for tool in offer.client]
    return [*functions, *(_server_tool(backend_type, tool) for backend_type, tool in offer.server)]


def sole_properties(offer: Offer) -> dict[str, str]:
    """The only property of each tool that has one, for arguments that are no object."""
    found = ((tool.name, cleaned_schema(bytes(tool.input_schema)).sole_property) for tool in offer.client)
    return {name: sole for name, sole in found if sole is not None}


def _function_tool(tool: Tool, draft: Draft) -> FunctionTool:
    schema = cleaned_schema(bytes(tool.input_schema))
    function: Function = {"name": draft.tool_name(tool.name), "parameters": schema.json}
    if description := _description(tool):
        function["description"] = description
    if tool.strict is True and draft.profile.strict_tools and schema.strict:
        function["strict"] = True
    offered: FunctionTool = {"type": "function", "function": function}
    draft.markers.mark_tool(offered, tool.cache_control)
    return offered


def _description(tool: Tool) -> str:
    """Examples have no field of their own."""
    description = tool.description or ""
    if not isinstance(tool.input_examples, list) or not tool.input_examples:
        return description
    examples = "; ".join(msgspec.json.encode(each).decode() for each in tool.input_examples[:_MOST_EXAMPLES])
    if len(examples) > _LONGEST_EXAMPLES:
        return description
    return f"{description}\n\nExamples of valid input: {examples}".lstrip()


def _server_tool(backend_type: str, tool: Tool) -> ServerTool:
    names = _PARAMETERS.get(tool.name, ())
    given = ((theirs, getattr(tool, ours)) for ours, theirs in names)
    return {"type": backend_type, "parameters": {name: value for name, value in given if value is not None}}
