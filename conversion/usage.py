"""Token usage in Anthropic's terms (protocol §4.7): what the client is told and what is accounted."""

from __future__ import annotations

from msgspec import Struct


class Usage(Struct, frozen=True):
    """Tokens of one reply. `input_tokens` excludes cached ones; `thinking_tokens` is a part of `output_tokens`, and
    `cache_creation_1h_input_tokens` (written for an hour, not for five minutes) of `cache_creation_input_tokens`.

    `estimated`: the backend reported nothing usable, so the figures are ours.
    `cost`: what the backend itself says the request cost, in USD as a decimal text; None where it does not say.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    thinking_tokens: int = 0
    web_search_requests: int = 0
    service_tier: str | None = None
    cost: str | None = None
    estimated: bool = False
    cache_creation_1h_input_tokens: int = 0
