"""Blocks that have no counterpart, as text that a model can read (protocol §2.2)."""

from __future__ import annotations

from html import escape

import msgspec

from conversion.request.arguments import arguments_of
from conversion.request.blocks import Block, Source, inner_blocks
from conversion.request.sections import web_result_line


def text_form(block: Block) -> str:
    """The text that stands for a block, empty where nothing should."""
    match block.type:
        case "text":
            return block.text
        case "image":
            return "[image]"
        case "document":
            return _document(block)
        case "search_result":
            return _search_result(block)
        case "web_search_result":
            return web_result_line(block)
        case "tool_use":
            return f"<tool_use name={_quoted(block.name)}>{arguments_of(block.input)}</tool_use>"
        case "tool_result":
            return f"<tool_result id={_quoted(block.tool_use_id)}>{inner_text(block)}</tool_result>"
        case "tool_reference":
            return f"Tool loaded: {block.tool_name}"
        case "browser_state":
            return _browser_state(block)
        case "compaction" if isinstance(block.content, str):
            return f"<conversation_summary>\n{block.content}\n</conversation_summary>"
        case _:
            return ""


def inner_text(block: Block) -> str:
    """The texts within a block, a line each."""
    return "\n".join(text_form(inner) for inner in inner_blocks(block.content))


def document_head(block: Block) -> str:
    """The opening tag of a document that is given as text."""
    named = (("title", block.title), ("context", block.context))
    return "<document" + "".join(f" {name}={_quoted(value)}" for name, value in named if value) + ">"


def _document(block: Block) -> str:
    match block.source:
        case Source(type="text", data=text):
            return f"{document_head(block)}\n{text}\n</document>"
        case Source(type="content", content=content):
            inner = "\n".join(text_form(each) for each in inner_blocks(content))
            return f"{document_head(block)}\n{inner}\n</document>"
        case _:
            return f"[document {_quoted(block.title)}]" if block.title else "[document]"


def _search_result(block: Block) -> str:
    source = block.source if isinstance(block.source, str) else ""
    head = f"<search_result source={_quoted(source)} title={_quoted(block.title or '')}>"
    return f"{head}\n{inner_text(block)}\n</search_result>"


def _browser_state(block: Block) -> str:
    tabs = block.tabs if isinstance(block.tabs, list) else []
    changes = block.state_changes if isinstance(block.state_changes, list) else []
    return "\n".join([*map(_tab, tabs), *(msgspec.json.encode(change).decode() for change in changes)])


def _tab(tab: object) -> str:
    match tab:
        case {"tab_id": str(tab_id), "title": str(title), "url": str(url), **rest}:
            return f"{'[*]' if rest.get('active') else '[ ]'} {tab_id} {title} {url}"
        case _:
            return msgspec.json.encode(tab).decode()


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'
