"""Which tools a conversation has at its end: deferred ones once loaded, added ones, no removed ones (protocol §3.7).

The order only grows at its end: tools in the order of the request, then loaded ones in the order of their loading.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from conversion.request.blocks import Block, inner_blocks
from conversion.request.history import Message
from conversion.request.read import Tool
from conversion.request.toolsets import qualified
from conversion.request.typed_tools import client_tools

PLACEHOLDER = "DeferredToolPlaceholder"


class ToolHistory(Struct):
    """What the conversation did with the tools; `loaded` keeps the order of first mention."""

    loaded: dict[str, None]
    used: set[str]
    call_ids: set[str]
    defined: dict[str, Tool]
    removed: set[str]


def tool_history(history: list[Message]) -> ToolHistory:
    changes = ToolHistory({}, set(), set(), {}, set())
    for message in history:
        for block in message.blocks:
            _apply(block, changes)
    return changes


def _apply(block: Block, changes: ToolHistory) -> None:
    match block.type:
        case "tool_use":
            name = qualified(block.name, block.toolset_name)
            changes.used.add(name)
            changes.call_ids.add(block.id)
            changes.loaded[name] = None
        case "tool_result" | "tool_search_tool_result":
            for name in _references(block):
                changes.loaded[name] = None
        case "tool_addition" | "tool_removal":
            _change(block, changes)
        case "compaction":
            for change in block.tool_changes or ():
                _change(change, changes)


def _references(block: Block) -> Iterator[str]:
    match block.content:
        case {"tool_references": list(references)}:
            for reference in references:
                match reference:
                    case {"tool_name": str(name)}:
                        yield name
        case _:
            yield from (inner.tool_name for inner in inner_blocks(block.content) if inner.type == "tool_reference")


def _change(block: Block, changes: ToolHistory) -> None:
    """A reference to a tool of an MCP server changes nothing: such tools are not ours to offer."""
    if block.tool is None:
        return
    if block.tool.definition is None:
        names = [block.tool.name or block.tool.tool_name] if block.tool.type == "tool_reference" else []
    else:
        defined = {tool.name: tool for tool in client_tools(block.tool.definition)}
        names = list(defined)
        if block.type == "tool_addition":
            changes.defined |= defined
    for name in names:
        if block.type == "tool_removal":
            changes.removed.add(name)
        else:
            changes.removed.discard(name)
            changes.loaded[name] = None


def available_tools(
    tools: list[Tool], changes: ToolHistory, *, forced: str | None = None, all_loaded: bool = False
) -> list[Tool]:
    """The tools that the model may call. `forced` is loaded whatever was done, and with `all_loaded` everything is."""
    loaded = loaded_tools(tools, changes, forced=forced, all_loaded=all_loaded)
    return [tool for tool in loaded if tool.name not in changes.removed]


def loaded_tools(
    tools: list[Tool], changes: ToolHistory, *, forced: str | None = None, all_loaded: bool = False
) -> list[Tool]:
    """The same with those that were removed since, at their places."""
    present = {tool.name: tool for tool in tools if not tool.defer_loading}
    late = {tool.name: tool for tool in tools if tool.defer_loading}
    late |= {name: tool for name, tool in changes.defined.items() if name not in present and name not in late}
    at_once = late if all_loaded or not present else ()  # without any tool nothing could load them
    names = dict.fromkeys((*at_once, *changes.loaded, forced))
    loaded = [*present.values(), *(late[name] for name in names if name in late)]
    return [tool for tool in loaded if tool.name != PLACEHOLDER]
