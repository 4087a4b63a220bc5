"""What the request says about its reply, for the other direction."""

from __future__ import annotations

from conversion.request.draft import Draft
from conversion.request.effort import shown_thinking
from conversion.request.history import Message
from conversion.request.plan import Plan
from conversion.request.prefill import Prefill
from conversion.request.read import MessagesRequest
from conversion.request.structured import AnswerFormat
from conversion.request.tools import ToolFields
from conversion.request.toolsets import known_as
from conversion.terms import ReplyTerms

_LONGEST_QUERY = 200


def reply_terms(
    request: MessagesRequest,
    plan: Plan,
    draft: Draft,
    *,
    tools: ToolFields,
    answer: AnswerFormat,
    prefill: Prefill,
    betas: frozenset[str],
    estimate: int,
) -> ReplyTerms:
    choice = plan.choice
    offered = {draft.tool_name(tool.name): known_as(tool) for tool in plan.offer.client}
    return ReplyTerms(
        model=request.model,
        tool_names={backend_name: name for backend_name, (name, _) in offered.items()},
        toolset_names={backend_name: toolset for backend_name, (_, toolset) in offered.items() if toolset},
        sole_properties=tools.sole_properties,
        text_properties=tools.text_properties,
        forced_tool=choice.name,
        used_tool_ids=frozenset(plan.changes.call_ids),
        parallel_tool_use=choice.parallel,
        stop_sequences=plan.stops.told + plan.stops.local,
        local_stop_sequences=plan.stops.local,
        thinking=shown_thinking(request),
        structured_output=answer.wanted,
        context_management=request.context_management is not None,
        applied_edits=plan.edits,
        web_search=any((tool.type or "").startswith("web_search_") for tool in request.tools or ()),
        search_query=_search_query(plan.history),
        prefill=prefill.text,
        fallback_credit=request.fallback_credit_token is not None,
        betas=betas | _body_betas(request.anthropic_beta),
        one_hour_cache=draft.markers.one_hour,
        service_tier=_word(request.service_tier),
        speed=_word(request.speed),
        estimated_input_tokens=estimate,
        max_tokens=plan.token_limit if request.max_tokens else 0,
    )


def _search_query(history: list[Message]) -> str:
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
