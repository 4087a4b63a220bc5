"""The tokens of a Messages request, without asking anybody (protocol §7.1): system, tools and every block count.

How the tokens of a text are counted is an argument: by estimate, or by a tokenizer that the caller has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from conversion.estimates import CODE, IMAGE, PROSE, estimate_text
from conversion.request.availability import available_tools, tool_history
from conversion.request.blocks import Block, Source, inner_blocks
from conversion.request.history import read_history
from conversion.request.image_size import image_tokens, pdf_tokens
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest, Tool
from conversion.request.system import read_system
from conversion.request.text_forms import text_form
from conversion.request.typed_tools import client_tools
from conversion.request.unreadable import refuses_unreadable

_PER_MESSAGE = 4
_PER_TOOL = 8
_END = 3

CountText: TypeAlias = Callable[[str, float], int]
"""A text, and the ASCII characters that a token of its kind has; a tokenizer does not need the latter."""


@refuses_unreadable
def count_tokens(request: MessagesRequest, count_text: CountText = estimate_text) -> int:
    """An estimate, at least one; raises InvalidRequest where a block cannot be read."""
    count = _Count(count_text)
    notes = Notes()
    history = read_history(request, notes)
    offered = [client for tool in request.tools or () for client in client_tools(tool) or [tool]]
    tools = available_tools(offered, tool_history(history))
    return (
        count.blocks(read_system(request, notes).blocks)
        + sum(_PER_MESSAGE + count.blocks(message.blocks) for message in history)
        + sum(_PER_TOOL + count.tool(tool) for tool in tools)
        + _END
    )


def block_tokens(block: Block) -> int:
    """An estimate for one block."""
    return _Count(estimate_text).block(block)


@dataclass(frozen=True, slots=True)
class _Count:
    """What the parts of a request weigh, with one way to count texts."""

    text: CountText

    def tool(self, tool: Tool) -> int:
        return self._prose(f"{tool.name or tool.type} {tool.description or ''}") + self._json(tool.input_schema)

    def blocks(self, blocks: Iterable[Block]) -> int:
        return sum(map(self.block, blocks))

    def block(self, block: Block) -> int:
        match block.type:
            case "text":
                return self._prose(block.text)
            case "tool_use" | "server_tool_use" | "mcp_tool_use":
                return self._prose(block.name) + self._json(block.input)
            case "tool_result" | "mcp_tool_result" | "search_result":
                return self._result(block)
            case "image":
                return image_tokens(_data(block)) if _data(block) else IMAGE
            case "document":
                return self._document(block)
            case "thinking" | "redacted_thinking":
                return self._prose(block.thinking)
            case _:
                return self._other(block)

    def _prose(self, text: str) -> int:
        return self.text(text, PROSE)

    def _code(self, text: str) -> int:
        return self.text(text, CODE)

    def _json(self, encoded: msgspec.Raw | bytes) -> int:
        return self._code(bytes(encoded).decode())

    def _result(self, block: Block) -> int:
        """What tools answer is code and data more often than prose."""
        if isinstance(block.content, str):
            return self._code(block.content)
        return sum(
            self._code(inner.text) if inner.type == "text" else self.block(inner)
            for inner in inner_blocks(block.content)
        )

    def _document(self, block: Block) -> int:
        match block.source:
            case Source(type="base64"):
                return pdf_tokens(_data(block))
            case Source(type="text", data=text):
                return self._prose(text)
            case Source(type="content", content=content):
                return self.blocks(inner_blocks(content))
            case _:
                return pdf_tokens("")

    def _other(self, block: Block) -> int:
        """Results of server tools, and what has a form of its own as text."""
        if isinstance(block.content, dict):
            return self._json(msgspec.json.encode(block.content))
        if isinstance(block.content, list):
            return self.blocks(block.content)
        return self._prose(text_form(block))


def _data(block: Block) -> str:
    return block.source.data if isinstance(block.source, Source) else ""
