"""What the reply owes the client: read from the request, needed by the reply, known to both directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Thinking = Literal["shown", "omitted", "off"]
"""How reasoning reaches the client: as text, as a block without text (state only), or not at all."""


@dataclass(frozen=True, slots=True)
class ReplyTerms:
    """`model` is echoed as the client wrote it; the rest says what the reply may and must contain.

    `tool_names`: the backend's name → the client's, for every tool offered (equal where nothing was renamed).
    `toolset_names`: the backend's name → the client's toolset, for tools that are members of one.
    `sole_properties`: client's tool name → its only property, for tools that have one (arguments that are no object).
    `text_properties`: client's tool name → those of its properties that are text, for arguments without types.
    `forced_tool`: the client's name of the tool that `tool_choice` demands.
    `used_tool_ids`: the client's ids of all calls in the history; an id of the reply must differ from each.
    `stop_sequences`: the client's list, in order; `local_stop_sequences`: those the backend was not told.
    `search_query`: what the user asked last, at most 200 characters, for searches whose query nobody reports.
    `prefill`: the text that the reply continues; a model that repeats it has it cut off.
    `fallback_credit`: the request carried a token for it, whose status the reply's usage must then tell.
    `applied_edits`: what was cleared from the conversation, for `context_management.applied_edits` as it is.
    `betas`: the request's beta flags.
    `one_hour_cache`: the backend was asked to cache for an hour, by every marker that it was sent.
    `estimated_input_tokens`: for `message_start`, and for usage that the backend does not report.
    """

    model: str
    tool_names: Mapping[str, str] = field(default_factory=dict)
    toolset_names: Mapping[str, str] = field(default_factory=dict)
    sole_properties: Mapping[str, str] = field(default_factory=dict)
    text_properties: Mapping[str, frozenset[str]] = field(default_factory=dict)
    forced_tool: str | None = None
    used_tool_ids: frozenset[str] = frozenset()
    parallel_tool_use: bool = True
    stop_sequences: tuple[str, ...] = ()
    local_stop_sequences: tuple[str, ...] = ()
    thinking: Thinking = "shown"
    structured_output: bool = False
    context_management: bool = False
    applied_edits: tuple[Mapping[str, object], ...] = ()
    web_search: bool = False
    search_query: str = ""
    prefill: str = ""
    fallback_credit: bool = False
    betas: frozenset[str] = frozenset()
    one_hour_cache: bool = False
    service_tier: str | None = None
    speed: str | None = None
    estimated_input_tokens: int = 1
    max_tokens: int = 0
