"""Content as typed blocks: a string is one text block, and what no conversion knows has become text.

One typed decode reads a whole content with everything nested in it. Content that it refuses, or that has blocks of
types not known here, is decoded without types and mended: new block types are never a reason to fail (protocol §2.2).
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from conversion.errors import InvalidRequest
from conversion.request.mending import KNOWN_TYPES, mended
from conversion.request.notes import Notes
from conversion.request.read import ABSENT, Tool


class ToolChange(Struct, gc=False):
    """What `tool_addition` and `tool_removal` are about: a tool by name, or a definition."""

    type: str = ""
    name: str = ""
    tool_name: str = ""  # as references in results of tools call it
    definition: Tool | None = None


class Source(Struct, gc=False):
    """Where the data of an image or a document is."""

    type: str = ""
    media_type: str = ""
    data: str = ""
    url: str = ""
    file_id: str = ""
    content: str | list[Block] | None = None


class Block(Struct, gc=False):
    """A content block of any type: the union of the fields that some conversion reads (protocol §2.2)."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: Raw = ABSENT
    tool_use_id: str = ""
    content: str | list[Block] | dict[str, object] | None = None
    is_error: bool | None = None
    source: str | Source | None = None
    title: str | None = None
    context: str | None = None
    url: str = ""
    thinking: str = ""
    signature: str = ""
    data: str = ""
    tool_name: str = ""
    toolset_name: str = ""
    server_name: str = ""
    file_id: str = ""
    tool: ToolChange | None = None
    tool_changes: list[Block] | None = None
    tabs: object = None
    state_changes: object = None
    cache_control: object = None


_decode = msgspec.json.Decoder(str | list[Block] | None).decode


def read_blocks(raw: Raw, place: str, notes: Notes) -> list[Block]:
    """The blocks of a content; raises InvalidRequest where a block is none."""
    if raw is ABSENT:
        return []
    blocks = plain_blocks(raw)
    return _mended_blocks(raw, place, notes) if blocks is None else blocks


def plain_blocks(raw: Raw | bytes) -> list[Block] | None:
    """The same where nothing has to be mended."""
    try:
        blocks = _as_blocks(_decode(raw))
    except msgspec.ValidationError:
        return None
    return blocks if _all_known(blocks) else None


def inner_blocks(content: str | list[Block] | dict[str, object] | None) -> list[Block]:
    """The content of a block as blocks; an object, which only results of server tools have, holds none."""
    return [] if isinstance(content, dict) else _as_blocks(content)


def _as_blocks(content: str | list[Block] | None) -> list[Block]:
    if isinstance(content, str):
        return [Block("text", text=content)]
    return content or []


def _all_known(blocks: list[Block]) -> bool:
    return all(map(_is_known, blocks))


def _is_known(block: Block) -> bool:
    inner = block.source.content if isinstance(block.source, Source) else block.content
    return block.type in KNOWN_TYPES and (not isinstance(inner, list) or _all_known(inner))


def _mended_blocks(raw: Raw, place: str, notes: Notes) -> list[Block]:
    content = msgspec.json.decode(raw)
    if isinstance(content, list):
        content = list(mended(content, place, notes))
    try:
        return _as_blocks(_decode(msgspec.json.encode(content)))
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{place}: {error}") from error
