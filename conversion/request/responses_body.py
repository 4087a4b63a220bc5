"""A chat completion request as a request to the Responses API, which the profile's `wire` asks for.

The conversion is the same for both: what to say is decided once, and only its form differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversion.profiles import BackendProfile
from conversion.request.responses_items import input_items
from conversion.request.responses_wire import FlatFunctionTool, Item
from conversion.request.wire import Message, OfferedTool

_NAMES = {"max_tokens": "max_output_tokens", "max_completion_tokens": "max_output_tokens"}
_TOLD_ELSEWHERE = frozenset(
    ("messages", "tools", "tool_choice", "response_format", "reasoning_effort", "reasoning", "text", "store")
)
_STATE = "reasoning.encrypted_content"


def adapted(profile: BackendProfile) -> BackendProfile:
    """The habits with which a request is converted: what the Responses API does in its own way at every backend."""
    if profile.wire == "chat":
        return profile
    return replace(
        profile,
        stop_limit=0,  # it knows no stop sequences
        stream_usage=False,  # it reports usage unasked
        effort_with_tools="free",
        tool_media=True,
        prefill="instruct",
        server_tools=(),
        search_options=False,
    )


def responses_body(
    completion: Mapping[str, object], messages: list[Message], profile: BackendProfile, *, shows_thoughts: bool
) -> dict[str, object]:
    """The body; `shows_thoughts`: the model thinks, and the client wants to see it."""
    instructions, items = _told(messages)
    return {
        "model": completion["model"],
        **({"instructions": instructions} if instructions else {}),
        "input": items,
        **_tool_fields(completion),
        **_text_fields(completion),
        **_reasoning_fields(completion, profile, shows_thoughts=shows_thoughts),
        **{_NAMES.get(name, name): value for name, value in completion.items() if name not in _TOLD_ELSEWHERE},
        "store": completion.get("store", False),  # by default it keeps what was said
    }


def _told(messages: list[Message]) -> tuple[str, list[Item]]:
    """The system prompt, and the items after it; a prompt with cache markers needs parts, and so is an item."""
    first = messages[0]
    if first["role"] in ("system", "developer") and isinstance(first["content"], str) and len(messages) > 1:
        return first["content"], input_items(messages[1:])
    return "", input_items(messages)


def _tool_fields(completion: Mapping[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {}
    match completion.get("tools"):
        case list(tools):
            fields["tools"] = [_flat(tool) for tool in tools]
    if "tool_choice" in completion:
        fields["tool_choice"] = _flat_choice(completion["tool_choice"])
    return fields


def _flat(tool: OfferedTool) -> FlatFunctionTool | OfferedTool:
    if tool["type"] != "function":
        return tool
    function = tool["function"]  # type: ignore[typeddict-item]  # only a FunctionTool is of this type
    return {"type": "function", **function, "strict": function.get("strict", False)}


def _flat_choice(choice: object) -> object:
    match choice:
        case {"type": "function", "function": {"name": name}}:
            return {"type": "function", "name": name}
        case {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": list(tools)}}:
            return {"type": "allowed_tools", "mode": mode, "tools": [_flat_choice(tool) for tool in tools]}
    return choice


def _text_fields(completion: Mapping[str, object]) -> dict[str, object]:
    """The format of the answer, beside what the administrator says of its text."""
    wanted = completion.get("response_format")
    match wanted:
        case {"type": "json_schema", "json_schema": dict(named)}:
            wanted = {"type": "json_schema", **named}
    return _object("text", completion, {"format": wanted} if wanted else {})


def _reasoning_fields(
    completion: Mapping[str, object], profile: BackendProfile, *, shows_thoughts: bool
) -> dict[str, object]:
    """How much to think and what to show of it; models that do not think refuse every word of this."""
    if profile.reasoning == "none":
        return _object("reasoning", completion, {})
    told: dict[str, object] = {}
    if "reasoning_effort" in completion:
        told["effort"] = completion["reasoning_effort"]
    if shows_thoughts and profile.reasoning_summary != "none":
        told["summary"] = profile.reasoning_summary
    fields = _object("reasoning", completion, told)
    return fields if profile.reasoning_state == "none" else {**fields, "include": [_STATE]}


def _object(name: str, completion: Mapping[str, object], fields: Mapping[str, object]) -> dict[str, object]:
    """The object of this name with the fields, where either says anything."""
    match completion.get(name):
        case dict(known):
            return {name: {**known, **fields}}
    return {name: dict(fields)} if fields else {}
