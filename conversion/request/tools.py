"""The offered tools as the backend reads them (protocol §3.2)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from conversion.request.draft import Draft
from conversion.request.plan import Plan
from conversion.request.read import Tool
from conversion.request.schema import Schema, cleaned_schema
from conversion.request.schema.texts import text_properties
from conversion.request.tool_choice import Told, ToolChoice, allowed_choice, known_choices, told_choice
from conversion.request.toolsets import known_as
from conversion.request.wire import Function, FunctionTool, ServerTool

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
    """What the request says about tools, and what the system text must say for it.

    `sole_properties`: the only property of each tool that has one, for arguments that are no object.
    `text_properties`: those that are text, where calls are read out of text.
    """

    fields: dict[str, object] = {}
    instructions: list[str] = []
    sole_properties: dict[str, str] = {}
    text_properties: dict[str, frozenset[str]] = {}


def tool_fields(plan: Plan, draft: Draft) -> ToolFields:
    offer = plan.offer
    found = ToolFields(_search_options(offer.search))
    if not offer.client and not offer.server:
        return found
    told = _told(plan, draft)
    if told.hide_tools:
        return found
    if told.instruction:
        found.instructions.append(told.instruction)
        draft.notes.add("tool_choice_as_text", "the backend cannot be told this choice of tools")
    tools = [_function_tool(tool, found, draft) for tool in offer.client if told.only in (None, tool.name)]
    servers = [] if told.only else [_server_tool(backend_type, tool) for backend_type, tool in offer.server]
    found.fields |= {"tools": [*tools, *servers], **told.fields}
    return found


def _told(plan: Plan, draft: Draft) -> Told:
    choice, offer, thinks = plan.choice, plan.offer, plan.reasoning.thinks
    if plan.forbids_tools and choice.mode in (None, "auto") and "none" in known_choices(draft.profile, thinks=thinks):
        return Told({"tool_choice": "none"})
    if choice.name and all(tool.name != choice.name for tool in offer.client):
        choice = ToolChoice("any", None, choice.parallel)  # a tool of the backend's own has no function to name
    name = draft.tool_name(choice.name or "")
    told = told_choice(choice, name, draft.profile, thinks=thinks, has_calls=plan.has_calls)
    if offer.withheld and choice.mode in (None, "auto", "any"):
        names = [draft.tool_name(tool.name) for tool in offer.client if tool.name not in offer.withheld]
        told.fields |= allowed_choice(choice, names)
    return told


def _function_tool(tool: Tool, found: ToolFields, draft: Draft) -> FunctionTool:
    profile = draft.profile
    schema = cleaned_schema(bytes(tool.input_schema), draft.schema_level(tool.name), profile.schema_style)
    if schema.sole_property is not None:
        found.sole_properties[known_as(tool)[0]] = schema.sole_property
    if profile.tool_call_parser:
        found.text_properties[known_as(tool)[0]] = text_properties(bytes(tool.input_schema))
    function: Function = {"name": draft.tool_name(tool.name), "parameters": schema.json}
    if description := _description(tool, schema):
        function["description"] = description
        if profile.description_limit is not None:
            _keep_within_limit(function, profile.description_limit, found)
    if tool.strict is True and profile.strict_tools and schema.strict:
        function["strict"] = True
    offered: FunctionTool = {"type": "function", "function": function}
    draft.markers.mark_tool(offered, tool.cache_control)
    return offered


def _description(tool: Tool, schema: Schema) -> str:
    """Examples have no field of their own, and neither has a schema that the backend takes in no form."""
    description = tool.description or ""
    if isinstance(tool.input_examples, list) and tool.input_examples:
        examples = "; ".join(msgspec.json.encode(each).decode() for each in tool.input_examples[:_MOST_EXAMPLES])
        if len(examples) <= _LONGEST_EXAMPLES:
            description += f"\n\nExamples of valid input: {examples}"
    if schema.text:
        description += f"\n\nThe input must be an object of this JSON schema: {schema.text}"
    return description.lstrip()


def _keep_within_limit(function: Function, limit: int, found: ToolFields) -> None:
    """The rest of a description that is too long for the backend is told in the system text."""
    description = function["description"]
    if len(description) > limit:
        function["description"] = description[:limit]
        found.instructions.append(f"## Tool {function['name']}\n{description[limit:]}")


def _server_tool(backend_type: str, tool: Tool) -> ServerTool:
    names = _PARAMETERS.get(tool.name, ())
    given = ((theirs, getattr(tool, ours)) for ours, theirs in names)
    return {"type": backend_type, "parameters": {name: value for name, value in given if value is not None}}


def _search_options(search: Tool | None) -> dict[str, object]:
    """For a model that searches by itself: where from is all that it can be told."""
    if search is None:
        return {}
    match search.user_location:
        case {"type": "approximate", **place}:
            known = {name: place[name] for name in ("city", "country", "region", "timezone") if place.get(name)}
            return {"web_search_options": {"user_location": {"type": "approximate", "approximate": known}}}
        case _:
            return {"web_search_options": {}}
