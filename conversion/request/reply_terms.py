"""What the request says about its reply, for the other direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversion.request.availability import ToolHistory
from conversion.request.effort import shown_thinking
from conversion.request.history import Message
from conversion.request.offer import Offer
from conversion.request.parameters import StopSequences
from conversion.request.read import MessagesRequest
from conversion.request.tool_choice import ToolChoice
from conversion.request.tools import sole_properties
from conversion.terms import ReplyTerms

_LONGEST_QUERY = 200


def parameter_terms(request: MessagesRequest, stops: StopSequences, betas: frozenset[str]) -> ReplyTerms:
    """The terms as far as the parameters tell."""
    tools = request.tools or ()
    return ReplyTerms(
        model=request.model,
        betas=betas | _body_betas(request.anthropic_beta),
        stop_sequences=stops.told + stops.local,
        local_stop_sequences=stops.local,
        thinking=shown_thinking(request),
        context_management=request.context_management is not None,
        web_search=any((tool.type or "").startswith("web_search_") for tool in tools),
        service_tier=_word(request.service_tier),
        speed=_word(request.speed),
        fallback_credit=request.fallback_credit_token is not None,
    )


def with_tools(
    terms: ReplyTerms, offer: Offer, choice: ToolChoice, changes: ToolHistory, renamed: Mapping[str, str]
) -> ReplyTerms:
    """The same with what the reply must know about tools."""
    return replace(
        terms,
        tool_names={renamed.get(tool.name, tool.name): tool.name for tool in offer.client},
        sole_properties=sole_properties(offer),
        forced_tool=choice.name,
        used_tool_ids=frozenset(changes.call_ids),
        parallel_tool_use=choice.parallel,
    )


def search_query(history: list[Message]) -> str:
    """What the user asked last."""
    for message in reversed(history):
        if message.role == "user":
            return next((block.text[:_LONGEST_QUERY] for block in reversed(message.blocks) if block.text), "")
    return ""


def _body_betas(flags: object) -> frozenset[str]:
    """Bedrock's and Vertex's clients put the header into the body."""
    return frozenset(flag for flag in flags if isinstance(flag, str)) if isinstance(flags, list) else frozenset()


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
