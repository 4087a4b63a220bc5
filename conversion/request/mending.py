"""Blocks that the typed decode refused or does not know, made readable for it: the slow path of `blocks`.

A block of an unknown type becomes text. Null in a known block means absent, as in most clients.
Any other value of a wrong type is the client's fault, told with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from conversion.errors import InvalidRequest
from conversion.request.notes import Notes

KNOWN_TYPES = frozenset(
    (
        "text",
        "image",
        "document",
        "search_result",
        "thinking",
        "redacted_thinking",
        "tool_use",
        "tool_result",
        "server_tool_use",
        "web_search_tool_result",
        "web_search_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
        "advisor_tool_result",
        "mcp_tool_use",
        "mcp_tool_result",
        "mcp_tool_listing",
        "container_upload",
        "compaction",
        "fallback",
        "tool_reference",
        "browser_state",
        "tool_addition",
        "tool_removal",
    )
)
LONGEST_EXCERPT = 2_000
_STRINGS = (
    "text",
    "id",
    "name",
    "tool_use_id",
    "title",
    "context",
    "url",
    "thinking",
    "signature",
    "data",
    "tool_name",
    "toolset_name",
    "server_name",
    "file_id",
)


def mended(items: list[object], place: str, notes: Notes) -> Iterator[Mapping[str, object]]:
    """The items of a content as blocks of known types; raises InvalidRequest where an item is no block."""
    for index, item in enumerate(items):
        yield from _block(item, f"{place}.{index}", notes)


def _block(item: object, place: str, notes: Notes) -> Iterator[Mapping[str, object]]:
    if not isinstance(item, dict):
        raise InvalidRequest(f"{place}: Input should be an object")
    match item.get("type"):
        case None:
            raise InvalidRequest(f"{place}.type: Field required")
        case str(kind) if kind in KNOWN_TYPES:
            yield _known(item, place, notes)
        case str(kind):
            notes.add("unknown_block", f"{place}: a block of type '{kind}' was sent as text")
            yield from _as_text(item, kind, place, notes)
        case _:
            raise InvalidRequest(f"{place}.type: Input should be a valid string")


def _known(item: Mapping[str, object], place: str, notes: Notes) -> Mapping[str, object]:
    block = {key: value for key, value in item.items() if value is not None}
    for key in _STRINGS:
        if not isinstance(block.get(key, ""), str):
            raise InvalidRequest(f"{place}.{key}: Input should be a valid string")
    if isinstance(content := block.get("content"), list):
        block["content"] = list(mended(content, f"{place}.content", notes))
    if isinstance(source := block.get("source"), dict):
        block["source"] = _source(source, f"{place}.source", notes)
    return block


def _source(item: Mapping[str, object], place: str, notes: Notes) -> Mapping[str, object]:
    source = {key: value for key, value in item.items() if value is not None}
    if isinstance(content := source.get("content"), list):
        source["content"] = list(mended(content, f"{place}.content", notes))
    return source


def _as_text(block: Mapping[str, object], kind: str, place: str, notes: Notes) -> Iterator[Mapping[str, object]]:
    match block:
        case {"text": str(text)} | {"content": str(text)}:
            yield {"type": "text", "text": text}
        case {"content": list(items)}:
            yield from mended(items, f"{place}.content", notes)
        case _:
            excerpt = msgspec.json.encode(block).decode()[:LONGEST_EXCERPT]
            yield {"type": "text", "text": f"[{kind} block] {excerpt}"}
