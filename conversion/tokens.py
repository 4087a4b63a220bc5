"""The tokens of a Messages request, without asking anybody (protocol §7.1): system, tools and every block count."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from conversion.estimates import CODE, IMAGE, estimate_bytes, estimate_text
from conversion.request.availability import available_tools, tool_history
from conversion.request.blocks import Block, Source, inner_blocks
from conversion.request.history import read_history
from conversion.request.image_size import image_tokens, pdf_tokens
from conversion.request.nesting import refuses_deep_nesting
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest, Tool
from conversion.request.system import read_system
from conversion.request.text_forms import text_form
from conversion.request.typed_tools import client_tools

_PER_MESSAGE = 4
_PER_TOOL = 8
_END = 3


@refuses_deep_nesting
def count_tokens(request: MessagesRequest) -> int:
    """An estimate, at least one; raises InvalidRequest where a block cannot be read."""
    notes = Notes()
    history = read_history(request, notes)
    offered = [client for tool in request.tools or () for client in client_tools(tool) or [tool]]
    tools = available_tools(offered, tool_history(history))
    return (
        _blocks_tokens(read_system(request, notes).blocks)
        + sum(_PER_MESSAGE + _blocks_tokens(message.blocks) for message in history)
        + sum(_PER_TOOL + _tool_tokens(tool) for tool in tools)
        + _END
    )


def _tool_tokens(tool: Tool) -> int:
    text = f"{tool.name or tool.type} {tool.description or ''}"
    return estimate_text(text) + estimate_bytes(bytes(tool.input_schema), CODE)


def _blocks_tokens(blocks: Iterable[Block]) -> int:
    return sum(map(block_tokens, blocks))


def block_tokens(block: Block) -> int:
    match block.type:
        case "text":
            return estimate_text(block.text)
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            return estimate_text(block.name) + estimate_bytes(bytes(block.input), CODE)
        case "tool_result" | "mcp_tool_result" | "search_result":
            return _result_tokens(block)
        case "image":
            return image_tokens(_data(block)) if _data(block) else IMAGE
        case "document":
            return _document_tokens(block)
        case "thinking" | "redacted_thinking":
            return estimate_text(block.thinking)
        case _:
            return _other_tokens(block)


def _result_tokens(block: Block) -> int:
    """What tools answer is code and data more often than prose."""
    if isinstance(block.content, str):
        return estimate_text(block.content, CODE)
    return sum(
        estimate_text(inner.text, CODE) if inner.type == "text" else block_tokens(inner)
        for inner in inner_blocks(block.content)
    )


def _document_tokens(block: Block) -> int:
    match block.source:
        case Source(type="base64"):
            return pdf_tokens(_data(block))
        case Source(type="text", data=text):
            return estimate_text(text)
        case Source(type="content", content=content):
            return _blocks_tokens(inner_blocks(content))
        case _:
            return pdf_tokens("")


def _data(block: Block) -> str:
    return block.source.data if isinstance(block.source, Source) else ""


def _other_tokens(block: Block) -> int:
    """Results of server tools, and what has a form of its own as text."""
    if isinstance(block.content, dict):
        return estimate_bytes(msgspec.json.encode(block.content), CODE)
    if isinstance(block.content, list):
        return _blocks_tokens(block.content)
    return estimate_text(text_form(block))
