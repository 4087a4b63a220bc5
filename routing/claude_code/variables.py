"""The variables that Claude Code reads, with values that fit where the requests of a client go.

It takes every model for one of Anthropic's with a window of 1,000,000 tokens, and summarises a conversation only when
that is nearly full. For a smaller window it must be told: `CLAUDE_CODE_AUTO_COMPACT_WINDOW` holds for all names,
`CLAUDE_CODE_MAX_CONTEXT_TOKENS` for those that it does not know. A session may change its tier at any time, so the
smallest window of all tiers counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conversion.destination import Destination
from routing.claude_code.tiers import Tier

ASSUMED_WINDOW = 1_000_000
PLAIN_WINDOW = 200_000
"""What it assumes instead once long contexts are disabled."""
SMALLEST_COMPACT_WINDOW = 100_000
USUAL_OUTPUT = 128_000
USUAL_TIMEOUT = 600.0
PLACEHOLDER = "PUT-YOUR-KEY-HERE"
"""Stands for a key that nobody can tell again."""

DISCOVERY = (
    "To see in /model what this gateway offers, put CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY=1 in place of "
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: the client asks for the list only when it may also call home."
)
NO_AUTO_MODE = (
    "Nobody here judges tool calls for you, so auto mode cannot check actions: choose another mode with Shift+Tab, "
    "or start the client with --permission-mode acceptEdits."
)


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    value: str
    reason: str


def variables(base_url: str, key: str, tiers: Sequence[Tier]) -> list[Variable]:
    """All that a client needs, in the order in which people read them."""
    return [
        Variable("ANTHROPIC_BASE_URL", base_url, "This gateway, without /v1."),
        Variable("ANTHROPIC_AUTH_TOKEN", key, "Your key: who has it uses models in your name."),
        *_models(tiers),
        *_window(tiers),
        *_output(tiers),
        *_timeout(tiers),
        Variable("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1", "The client asks nobody but this gateway."),
    ]


def _models(tiers: Iterable[Tier]) -> Iterator[Variable]:
    for tier in tiers:
        if tier.must_be_told:
            reason = f"The name that the client sends for {tier.name} leads nowhere for you; this one does."
            yield Variable(f"ANTHROPIC_DEFAULT_{tier.name.upper()}_MODEL", tier.model, reason)


def _window(tiers: Iterable[Tier]) -> Iterator[Variable]:
    known = [(window, tier) for tier in tiers for route in tier.routes if (window := route.destination.context_window)]
    if not known:
        return
    window, tier = min(known, key=lambda pair: pair[0])
    if window >= ASSUMED_WINDOW:
        return
    smallest = f"the smallest of your tiers, {tier.name}, takes {window:,} tokens"
    compact = f"When to summarise the conversation: {smallest}."
    if window < SMALLEST_COMPACT_WINDOW:
        compact += f" The client accepts no less than {SMALLEST_COMPACT_WINDOW:,}."
    yield Variable("CLAUDE_CODE_AUTO_COMPACT_WINDOW", str(max(window, SMALLEST_COMPACT_WINDOW)), compact)
    yield Variable("CLAUDE_CODE_MAX_CONTEXT_TOKENS", str(window), "The same for names that the client does not know.")
    if window <= PLAIN_WINDOW:
        yield Variable("CLAUDE_CODE_DISABLE_1M_CONTEXT", "1", f"No model here is as large as that: {smallest}.")


def _output(tiers: Iterable[Tier]) -> Iterator[Variable]:
    limits = [(output_limit(route.destination), tier) for tier in tiers for route in tier.routes]
    if not limits:
        return
    limit, tier = min(limits, key=lambda pair: pair[0])
    if limit < USUAL_OUTPUT:
        reason = f"The most that an answer of your tier {tier.name} can have."
        yield Variable("CLAUDE_CODE_MAX_OUTPUT_TOKENS", str(limit), reason)


def output_limit(destination: Destination) -> int:
    """How many tokens a backend is asked for at most."""
    return min(destination.max_output_tokens or destination.max_tokens_limit, destination.max_tokens_limit)


def _timeout(tiers: Iterable[Tier]) -> Iterator[Variable]:
    longest = max((route.backend.timeout for tier in tiers for route in tier.routes), default=0.0)
    if longest > USUAL_TIMEOUT:
        reason = "A backend of yours may think for longer than the client waits by itself, in milliseconds."
        yield Variable("API_TIMEOUT_MS", str(round(longest * 1000)), reason)
