"""The Messages request as received: decoded once, in place, with what is only passed on kept as raw bytes.

The fast path is one typed decode. Where it fails, `_explain` decodes again without types and finds the first
fault in the order of protocol §1.2, so that the client is told `messages.3.content.0.type: Field required`
and not a parser's position.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct

ABSENT = Raw(b"")


class Block(Struct, gc=False):
    """A content block of any type: the union of the fields that some conversion reads (protocol §2.2)."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: Raw = ABSENT
    tool_use_id: str = ""
    content: Raw = ABSENT
    is_error: bool | None = None
    source: Raw = ABSENT
    title: str | None = None
    context: str | None = None
    thinking: str = ""
    signature: str = ""
    data: str = ""
    tool_name: str = ""
    server_name: str = ""
    file_id: str = ""
    tool: Raw = ABSENT
    tabs: Raw = ABSENT
    state_changes: Raw = ABSENT
    tool_changes: Raw = ABSENT
    cache_control: object = None


class InputMessage(Struct, gc=False):
    """One item of `messages`. `content` is a JSON string, an array of blocks, null or absent."""

    role: str
    content: Raw = ABSENT
    output_config: object = None
    clear_at: object = None


class Tool(Struct, gc=False):
    """One item of `tools`: a client tool with its schema, or a dated type (protocol §3.1)."""

    name: str = ""
    type: str | None = None
    description: str | None = None
    input_schema: Raw = ABSENT
    strict: object = None
    defer_loading: object = None
    input_examples: object = None
    allowed_callers: object = None
    cache_control: object = None
    max_uses: object = None
    max_characters: object = None
    max_content_tokens: object = None
    allowed_domains: object = None
    blocked_domains: object = None
    user_location: object = None
    display_width_px: object = None
    display_height_px: object = None
    enable_zoom: object = None
    configs: object = None
    mcp_server_name: object = None


class MessagesRequest(Struct, gc=False):
    """The body of `POST /v1/messages` and `/v1/messages/count_tokens`; keys not named here are ignored."""

    model: str
    messages: list[InputMessage]
    max_tokens: int | None = None
    system: Raw = ABSENT
    tools: list[Tool] | None = None
    tool_choice: object = None
    stream: bool | None = None
    stop_sequences: object = None
    temperature: object = None
    top_p: object = None
    top_k: object = None
    thinking: object = None
    output_config: object = None
    output_format: object = None
    metadata: object = None
    service_tier: object = None
    speed: object = None
    cache_control: object = None
    context_management: object = None
    compaction: object = None
    container: object = None
    mcp_servers: object = None
    thread: object = None
    billing_policy: object = None
    safeguards: object = None
    fallback_credit_token: object = None
    diagnostics: object = None


_decode = msgspec.json.Decoder(MessagesRequest).decode
_decode_content = msgspec.json.Decoder(str | list[Block] | None).decode
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
