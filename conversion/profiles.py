"""Backend dialects as data: one declarative profile each; code asks for a capability, never for a vendor's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BackendProfile:
    """The habits of one backend dialect, after the overrides of its backend and model."""

    dialect: str = "generic"

    # the request
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    minimum_max_tokens: int = 1
    stream_usage: bool = True  # stream_options.include_usage is understood
    cache_control: bool = False  # cache markers are forwarded on parts and tools
    stop_limit: int | None = None  # how many stop sequences it takes; 0: none; None: any number

    # the reply
    think_tags: Literal["start", "implicit", "off"] = (
        "start"  # <think> in the content; implicit: opened by the template
    )
    tool_arguments: Literal["forward", "buffer"] = "forward"
    reasoning_state: Literal["details", "text"] = "text"  # what its reasoning needs to come back as next turn
    lenient_eof: bool = False  # a clean end without finish_reason is an end
    cumulative: bool = False  # each chunk repeats all content so far
