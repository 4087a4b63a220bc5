"""The events of a Messages stream, as the client reads them (protocol §5.1): what `MessageStream` produces.

Encoding a struct gives the `data` of its event; its tag is the event's name. A whole Message is their fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

from conversion.reply.safeguards import SafeguardResult

StopReason = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "model_context_window_exceeded"]

NO_INPUT = Raw(b"{}")


class _Tagged(Struct, frozen=True, gc=False, tag_field="type"):
    """One object of the wire, named by its `type`."""


# usage


class CacheCreation(Struct, frozen=True, gc=False):
    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


class OutputTokensDetails(Struct, frozen=True, gc=False):
    thinking_tokens: int


class ServerToolUsage(Struct, frozen=True, gc=False):
    web_search_requests: int
    web_fetch_requests: int = 0


class CreditStatus(_Tagged, frozen=True, gc=False, tag="not_applied"):
    reason: str = "not_enabled"


class FallbackCredit(Struct, frozen=True, gc=False):
    status: CreditStatus = CreditStatus()


class MessageUsage(Struct, frozen=True, gc=False):
    """`usage` of a Message, of `message_start` and of `message_delta`."""

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation: CacheCreation = CacheCreation()
    output_tokens_details: OutputTokensDetails | UnsetType = UNSET
    server_tool_use: ServerToolUsage | None = None
    service_tier: str = "standard"
    speed: str = "standard"
    inference_geo: str | None = None
    fallback_credit: FallbackCredit | UnsetType = UNSET


# content blocks: empty at their start, full in a Message


class WebSearchResult(_Tagged, frozen=True, gc=False, tag="web_search_result"):
    url: str
    title: str
    encrypted_content: str = ""
    page_age: str | None = None


class WebSearchCitation(_Tagged, frozen=True, gc=False, tag="web_search_result_location"):
    url: str
    title: str | None
    encrypted_index: str
    cited_text: str


class TextBlock(_Tagged, frozen=True, gc=False, tag="text"):
    text: str = ""
    citations: list[WebSearchCitation] | UnsetType = UNSET


class ThinkingBlock(_Tagged, frozen=True, gc=False, tag="thinking"):
    thinking: str = ""
    signature: str = ""


class RedactedThinkingBlock(_Tagged, frozen=True, gc=False, tag="redacted_thinking"):
    data: str


class ToolUseBlock(_Tagged, frozen=True, gc=False, tag="tool_use"):
    """`toolset_name`: the toolset that the tool is a member of."""

    id: str
    name: str
    input: Raw = NO_INPUT
    toolset_name: str | UnsetType = UNSET


class ServerToolUseBlock(_Tagged, frozen=True, gc=False, tag="server_tool_use"):
    id: str
    name: str
    input: Raw = NO_INPUT


class WebSearchError(_Tagged, frozen=True, gc=False, tag="web_search_tool_result_error"):
    error_code: str


class WebSearchToolResultBlock(_Tagged, frozen=True, gc=False, tag="web_search_tool_result"):
    tool_use_id: str
    content: list[WebSearchResult] | WebSearchError


ContentBlock = (
    TextBlock | ThinkingBlock | RedactedThinkingBlock | ToolUseBlock | ServerToolUseBlock | WebSearchToolResultBlock
)


# what is added to an open block


class TextDelta(_Tagged, frozen=True, gc=False, tag="text_delta"):
    text: str


class CitationsDelta(_Tagged, frozen=True, gc=False, tag="citations_delta"):
    citation: WebSearchCitation


class ThinkingDelta(_Tagged, frozen=True, gc=False, tag="thinking_delta"):
    """`estimated_tokens`: how much the model thought since the last delta, where the text itself is not shown."""

    thinking: str
    estimated_tokens: int | UnsetType = UNSET


class SignatureDelta(_Tagged, frozen=True, gc=False, tag="signature_delta"):
    signature: str


class InputJsonDelta(_Tagged, frozen=True, gc=False, tag="input_json_delta"):
    partial_json: str


BlockDelta = TextDelta | CitationsDelta | ThinkingDelta | SignatureDelta | InputJsonDelta


# the message


class RefusalDetails(_Tagged, frozen=True, gc=False, tag="refusal"):
    category: str | None = None
    explanation: str | None = None


class AppliedEdits(Struct, frozen=True):
    applied_edits: tuple[Mapping[str, object], ...] = ()


class Message(_Tagged, frozen=True, gc=False, tag="message"):
    id: str
    model: str
    usage: MessageUsage
    role: str = "assistant"
    content: tuple[ContentBlock, ...] = ()
    stop_reason: StopReason | None = None
    stop_sequence: str | None = None
    stop_details: RefusalDetails | None = None
    container: None = None
    diagnostics: None = None
    context_management: AppliedEdits | UnsetType = UNSET
    input_transformations: tuple[()] | UnsetType = UNSET
    safeguard_results: tuple[SafeguardResult, ...] | UnsetType = UNSET


class MessageEnd(Struct, frozen=True, gc=False):
    stop_reason: StopReason
    stop_sequence: str | None = None
    stop_details: RefusalDetails | None = None
    container: None = None
    safeguard_results: tuple[SafeguardResult, ...] | UnsetType = UNSET


class ErrorBody(Struct, frozen=True, gc=False):
    type: str
    message: str


# the events


class MessageStart(_Tagged, frozen=True, gc=False, tag="message_start"):
    message: Message


class Ping(_Tagged, frozen=True, gc=False, tag="ping"):
    pass


class ContentBlockStart(_Tagged, frozen=True, gc=False, tag="content_block_start"):
    index: int
    content_block: ContentBlock


class ContentBlockDelta(_Tagged, frozen=True, gc=False, tag="content_block_delta"):
    index: int
    delta: BlockDelta


class TextRun(Struct, frozen=True, gc=False):
    """Deltas of a text block that follow each other: an event of the wire each."""

    index: int
    parts: list[str]


class InputRun(Struct, frozen=True, gc=False):
    """The same of the input of a tool."""

    index: int
    parts: list[str]


class ContentBlockStop(_Tagged, frozen=True, gc=False, tag="content_block_stop"):
    index: int


class MessageDelta(_Tagged, frozen=True, gc=False, tag="message_delta"):
    delta: MessageEnd
    usage: MessageUsage
    context_management: AppliedEdits | UnsetType = UNSET
    input_transformations: tuple[()] | UnsetType = UNSET


class MessageStop(_Tagged, frozen=True, gc=False, tag="message_stop"):
    pass


class ErrorEvent(_Tagged, frozen=True, gc=False, tag="error"):
    error: ErrorBody
    request_id: str


Event = (
    MessageStart
    | Ping
    | ContentBlockStart
    | ContentBlockDelta
    | TextRun
    | InputRun
    | ContentBlockStop
    | MessageDelta
    | MessageStop
    | ErrorEvent
)
