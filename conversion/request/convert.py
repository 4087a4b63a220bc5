"""A Messages request → a backend's request, what was lost, and what the reply owes. The file to read first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.estimates import estimate_body
from conversion.notices import Notice
from conversion.request.conversation import conversation
from conversion.request.draft import Draft
from conversion.request.effort import shown_thinking, thinks
from conversion.request.history import system_head
from conversion.request.identity import CacheKeys
from conversion.request.kept_states import restore_states
from conversion.request.media import keep_newest_images
from conversion.request.notes import Notes
from conversion.request.offer import unavailable_note
from conversion.request.outside import Outside
from conversion.request.parameters import asks_stream, parameter_fields
from conversion.request.plan import Plan, make_plan
from conversion.request.prefill import apply_prefill
from conversion.request.read import MessagesRequest
from conversion.request.reasoning import EarlierReasoning
from conversion.request.reply_terms import reply_terms
from conversion.request.responses_body import adapted, responses_body
from conversion.request.structured import answer_format
from conversion.request.system import read_system, system_message
from conversion.request.tools import tool_fields
from conversion.request.unreadable import refuses_unreadable
from conversion.request.wire import Message as WireMessage
from conversion.terms import ReplyTerms
from conversion.tool_names import renamed_tools

_TOLERANCE = 1.15
"""How far estimates of tokens may be off."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`body` is the request as JSON, for the API that the profile's `wire` names; `stream`: it asks for a stream."""

    body: bytes
    stream: bool
    terms: ReplyTerms
    notices: tuple[Notice, ...]


@refuses_unreadable
def convert_request(
    request: MessagesRequest,
    destination: Destination,
    *,
    secret: bytes,
    keys: CacheKeys,
    betas: frozenset[str] = frozenset(),
    documents: Mapping[str, str] | None = None,
    fetched: Mapping[str, tuple[str, str]] | None = None,
    kept: Mapping[str, str] | None = None,
) -> Conversion:
    """The request for one destination, a pure function of its arguments; raises InvalidRequest.

    `documents` and `fetched` are what became of `documents_to_extract` and `urls_to_fetch` (see `attachments`),
    `kept` what was found of `states_wanted` (see `kept_states`).
    """
    profile = adapted(destination.profile.for_model(destination.model))
    destination = replace(destination, profile=profile)
    notes = Notes()
    plan = make_plan(request, destination, notes)
    restore_states(plan.history, kept or {})
    draft = _draft(plan, destination, notes, Outside(documents or {}, fetched or {}))

    tools = tool_fields(plan, draft)
    answer = answer_format(request, plan, draft)
    instructions = [*tools.instructions, *answer.instructions]
    earlier = EarlierReasoning(profile, destination.group, secret, plan.reasoning.thinks, destination.model)
    messages = _messages(request, plan, instructions, earlier, draft)
    prefill = apply_prefill(messages, profile, exact=not (thinks(request) or answer.wanted))
    body: dict[str, object] = {
        "model": destination.model,
        "messages": messages,
        **tools.fields,
        **answer.fields,
        **prefill.fields,
        **draft.markers.mark_request(request.cache_control, messages),
        **parameter_fields(request, plan, profile, keys, notes),
        **profile.usual_fields,
        **profile.extra_fields,
    }
    encoded = _encoded(body, messages, request, plan, draft)
    estimate = _estimate(encoded, destination, draft)
    terms = reply_terms(
        request, plan, draft, tools=tools, answer=answer, prefill=prefill, betas=betas, estimate=estimate
    )
    return Conversion(encoded, asks_stream(request, profile), terms, notes.notices())


def _draft(plan: Plan, destination: Destination, notes: Notes, outside: Outside) -> Draft:
    names = (*(tool.name for tool in plan.offer.client), *sorted(plan.changes.used))
    renamed = renamed_tools(names, letter_first=destination.profile.tool_names == "letter")
    return Draft(destination.profile, destination.schema_levels, renamed, notes, outside)


def _messages(
    request: MessagesRequest, plan: Plan, instructions: list[str], earlier: EarlierReasoning, draft: Draft
) -> list[WireMessage]:
    """System prompt and conversation; written after the tools, because cache markers count in this order."""
    prompt = read_system(request, draft.notes)
    head = system_head(plan.history)
    note = unavailable_note(plan.offer, prompt, plan.history)
    system = system_message(prompt, head, [*instructions, note] if note else instructions, draft)
    spoken = conversation(plan.history[len(head) :], earlier, draft)
    return [system, *spoken] if system else spoken


def _encoded(
    body: dict[str, object], messages: list[WireMessage], request: MessagesRequest, plan: Plan, draft: Draft
) -> bytes:
    """The body in the form of its wire, without what the backend does not take."""
    keep_newest_images(draft)
    draft.markers.keep_last()
    if draft.profile.wire == "responses":
        shows_thoughts = plan.reasoning.thinks and shown_thinking(request) == "shown"
        body = responses_body(body, messages, draft.profile, shows_thoughts=shows_thoughts)
    for name in draft.profile.omitted_fields:
        body.pop(name, None)
    return msgspec.json.encode(body)


def _estimate(encoded: bytes, destination: Destination, draft: Draft) -> int:
    """The tokens of the prompt; raises InvalidRequest where the backend would cut it off and say nothing."""
    uncalibrated = estimate_body(len(encoded), draft.media_length, draft.media_count)
    estimate = max(1, round(uncalibrated * destination.calibration))
    window = destination.context_window
    if destination.profile.truncates_silently and window is not None and estimate > window * _TOLERANCE:
        raise InvalidRequest(f"prompt is too long: {estimate} tokens > {window} maximum")
    return estimate
