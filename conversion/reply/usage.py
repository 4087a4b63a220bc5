"""Usage as backends report it, into usage as Anthropic counts it (protocol §4.7): cached tokens counted once.

A backend is not believed beyond what is plausible: a figure below 0 is 0, one above `MOST` was never said.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from conversion.reply import documents
from conversion.reply.deltas import Reported
from conversion.reply.events import CacheCreation, FallbackCredit, MessageUsage, OutputTokensDetails, ServerToolUsage
from conversion.terms import ReplyTerms
from conversion.usage import Usage

MOST = 100_000_000

_SERVICE_TIERS = {"priority": "priority", "fast": "priority", "batch": "batch"}
_LONGEST_TIER = 20
_XAI_TICKS_PER_DOLLAR = 10_000_000_000
_SMALLEST_PRICE = Decimal("1e-12")

_Path = tuple[str, ...]
_FIGURES: Mapping[str, tuple[_Path, ...]] = {
    "prompt": (("prompt_tokens",), ("input_tokens",)),
    "completion": (("completion_tokens",), ("output_tokens",)),
    "total": (("total_tokens",),),
    "cache_read": (
        ("prompt_tokens_details", "cached_tokens"),
        ("prompt_cache_hit_tokens",),
        ("cached_tokens",),
        ("input_tokens_details", "cached_tokens"),
        ("cache_read_input_tokens",),
    ),
    "cache_write": (
        ("prompt_tokens_details", "cache_write_tokens"),
        ("input_tokens_details", "cache_write_tokens"),
        ("prompt_tokens_details", "cache_creation_input_tokens"),
        ("prompt_tokens_details", "cache_creation_tokens"),
        ("cache_creation_input_tokens",),
    ),
    "cache_write_1h": (
        ("cache_creation", "ephemeral_1h_input_tokens"),
        ("prompt_tokens_details", "cache_creation_token_details", "ephemeral_1h_input_tokens"),
    ),
    "reasoning": (
        ("completion_tokens_details", "reasoning_tokens"),
        ("output_tokens_details", "reasoning_tokens"),
        ("reasoning_tokens",),
    ),
    "searches": (
        ("server_tool_use_details", "web_search_requests"),
        ("server_tool_use", "web_search_requests"),
        ("num_search_queries",),
    ),
}


def read_reported(body: Mapping[str, object], choice: Mapping[str, object]) -> Reported | None:
    """What this chunk or completion says of usage, wherever it says it; None where it is silent."""
    places = (body.get("usage"), choice.get("usage"), documents.mapping(body.get("x_groq")).get("usage"))
    usage = next((place for place in places if isinstance(place, dict) and place), None)
    tier = documents.text(body.get("service_tier"))[:_LONGEST_TIER] or None
    if usage is None:
        return Reported(service_tier=tier) if tier else None
    figures = {name: _first_figure(usage, paths) for name, paths in _FIGURES.items()}
    return Reported(**figures, service_tier=tier, cost=_cost(usage))


def _first_figure(usage: Mapping[str, object], paths: tuple[_Path, ...]) -> int | None:
    found = None
    for path in paths:
        if path[0] in usage and (figure := _figure(usage, path)) is not None:
            if figure:
                return figure
            found = 0
    return found


def _figure(usage: Mapping[str, object], path: _Path) -> int | None:
    value: object = usage
    for name in path:
        value = documents.mapping(value).get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value <= MOST:
        return None
    return int(max(value, 0))


def _cost(usage: Mapping[str, object]) -> str | None:
    """The price that the backend names, in dollars; None where it names none above zero."""
    match usage:
        case {"is_byok": True}:  # with one's own key at the vendor, OpenRouter's `cost` is its fee alone
            details = documents.mapping(usage.get("cost_details"))
            parts = [_dollars(usage.get("cost")), _dollars(details.get("upstream_inference_cost"))]
        case {"cost_in_usd_ticks": int() as ticks} if (
            not usage.get("cost") and 0 < ticks < MOST * _XAI_TICKS_PER_DOLLAR
        ):
            parts = [Decimal(ticks) / _XAI_TICKS_PER_DOLLAR]
        case _:
            parts = [_dollars(usage.get("cost"))]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not any(known):
        return None
    return format(sum(known, Decimal()).quantize(_SMALLEST_PRICE).normalize(), "f")


def _dollars(value: object) -> Decimal | None:
    """None for what is no price."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
        return None
    return Decimal(str(value))


def merged(earlier: Reported, later: Reported) -> Reported:
    """Field by field the later figure, where there is one."""
    known = {name: value for name, value in msgspec.structs.asdict(later).items() if value is not None}
    return msgspec.structs.replace(earlier, **known)


def usage_of(
    reported: Reported, *, estimated_input: int, estimated_output: int, estimated_thinking: int, one_hour_cache: bool
) -> Usage:
    """The usage that the client is told and that is booked; estimates stand in where nothing usable was reported.

    Few backends say for how long they cache what they wrote: else that is as long as they were asked to.
    """
    prompt, completion = reported.prompt or 0, reported.completion or 0
    read, write = reported.cache_read or 0, reported.cache_write or 0
    if prompt and reported.total and reported.total > prompt + completion:
        completion = reported.total - prompt  # Gemini and xAI leave reasoning out of completion_tokens
    estimated = not prompt or (not completion and estimated_output > 0)
    prompt = prompt or max(estimated_input, read + write)
    output = completion or estimated_output
    thinking = estimated_thinking if reported.reasoning is None else reported.reasoning
    one_hour = (write if one_hour_cache else 0) if reported.cache_write_1h is None else reported.cache_write_1h
    return Usage(
        input_tokens=max(1, prompt - read - write if read + write <= prompt else prompt),
        output_tokens=output,
        cache_read_input_tokens=read,
        cache_creation_input_tokens=write,
        cache_creation_1h_input_tokens=min(one_hour, write),
        thinking_tokens=min(thinking, output),
        web_search_requests=reported.searches or 0,
        service_tier=reported.service_tier,
        cost=reported.cost,
        estimated=estimated,
    )


def start_usage(terms: ReplyTerms) -> MessageUsage:
    """What `message_start` says, when nothing is known. Clients keep a cache figure that is above zero: none is."""
    return MessageUsage(max(1, terms.estimated_input_tokens), 1, fallback_credit=_fallback_credit(terms))


def message_usage(usage: Usage, terms: ReplyTerms) -> MessageUsage:
    """The same in the shape of the Messages API."""
    written, one_hour = usage.cache_creation_input_tokens, usage.cache_creation_1h_input_tokens
    tier = _SERVICE_TIERS.get(usage.service_tier or "", "standard")
    return MessageUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_creation_input_tokens=written,
        cache_read_input_tokens=usage.cache_read_input_tokens,
        cache_creation=CacheCreation(written - one_hour, one_hour),
        output_tokens_details=OutputTokensDetails(usage.thinking_tokens) if usage.thinking_tokens else UNSET,
        server_tool_use=ServerToolUsage(usage.web_search_requests) if usage.web_search_requests else None,
        service_tier=tier,
        speed="fast" if terms.speed == "fast" and tier == "priority" else "standard",
        fallback_credit=_fallback_credit(terms),
    )


def _fallback_credit(terms: ReplyTerms) -> FallbackCredit | UnsetType:
    """The API promises the object whenever a token for it was sent."""
    return FallbackCredit() if terms.fallback_credit else UNSET
