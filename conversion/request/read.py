"""The Messages request as received: decoded once, in place, with what is only passed on kept as raw bytes.

The fast path is one typed decode. Where it fails, or what it read is not sound, `faults` decodes again without types
and finds the first fault in the order of protocol §1.2, so that the client is told
`messages.3.content.0.type: Field required` and not a parser's position.
Contents of messages stay raw here: `blocks.read_blocks` decodes them, once, where they are used.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from conversion.errors import InvalidRequest
from conversion.request.faults import MOST_MESSAGES, ROLES, first_fault
from conversion.request.unreadable import refuses_unreadable
from conversion.request.utf8 import sound_text, without_lone_surrogates

ABSENT = Raw(b"")


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


class InputMessage(Struct, gc=False):
    """One item of `messages`. `content` is a JSON string, an array of blocks, null or absent."""

    role: str
    content: Raw = ABSENT
    output_config: object = None
    clear_at: object = None


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
    anthropic_beta: object = None


_decode = msgspec.json.Decoder(MessagesRequest).decode


def read_messages_request(body: bytes) -> MessagesRequest:
    """The request of `POST /v1/messages`; raises InvalidRequest."""
    request = _read(body, needs_max_tokens=True)
    _refuse_features(request)
    return request


def read_count_tokens_request(body: bytes) -> MessagesRequest:
    """The request of `POST /v1/messages/count_tokens`, where `max_tokens` may be missing; raises InvalidRequest."""
    request = _read(body, needs_max_tokens=False)
    _refuse_features(request)
    return request


@refuses_unreadable
def _read(body: bytes, *, needs_max_tokens: bool) -> MessagesRequest:
    body = sound_text(body)
    request = _typed(body)
    if request is None:
        body = without_lone_surrogates(body)
        request = _typed(body)
    if request is None or not _is_sound(request, needs_max_tokens):
        raise InvalidRequest(first_fault(_untyped(body), needs_max_tokens=needs_max_tokens))
    return request


def _typed(body: bytes) -> MessagesRequest | None:
    try:
        return _decode(body)
    except msgspec.DecodeError:
        return None


def _untyped(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"The request body is not valid JSON: {error}") from error


def _is_sound(request: MessagesRequest, needs_max_tokens: bool) -> bool:
    """Whether all holds that the types do not say; which of it does not is for `first_fault` to find."""
    limit = request.max_tokens
    return (
        request.model != ""
        and (not needs_max_tokens if limit is None else limit >= 0)
        and 0 < len(request.messages) <= MOST_MESSAGES
        and _is_content(request.system)
        and all(message.role in ROLES and _has_content(message) for message in request.messages)
    )


def _has_content(message: InputMessage) -> bool:
    """System messages may carry nothing but an effort or a change of tools."""
    return _is_content(message.content) and (message.content is not ABSENT or message.role == "system")


def _is_content(raw: Raw) -> bool:
    return raw is ABSENT or bytes(memoryview(raw)[:1]) in (b'"', b"[", b"n")


def _refuse_features(request: MessagesRequest) -> None:
    """What must not be dropped silently, because the caller would wait for it or lose something (protocol §1.2)."""
    if request.compaction:
        raise InvalidRequest("compaction: Extra inputs are not permitted")
    if request.mcp_servers:
        raise InvalidRequest("mcp_servers: the MCP connector is not available through this gateway")
    if request.thread:
        message = "thread: server-side threads are not available through this gateway, send the whole conversation"
        raise InvalidRequest(message, details={"error_code": "thread_unsupported_request"})
    match request.billing_policy:
        case {"bill_to": "user_profile"}:
            raise InvalidRequest("billing_policy.bill_to: 'user_profile' is not available through this gateway")
