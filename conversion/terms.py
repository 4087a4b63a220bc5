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
    `stop_sequences`: the client's list, in order; `local_stop_sequences`: those the backend was not told.
    `estimated_input_tokens`: for `message_start`, and for usage that the backend does not report.
    """

    model: str
    tool_names: Mapping[str, str] = field(default_factory=dict)
    parallel_tool_use: bool = True
    stop_sequences: tuple[str, ...] = ()
    local_stop_sequences: tuple[str, ...] = ()
    thinking: Thinking = "shown"
    structured_output: bool = False
    context_management: bool = False
    web_search: bool = False
    service_tier: str | None = None
    speed: str | None = None
    estimated_input_tokens: int = 1
    max_tokens: int = 0
