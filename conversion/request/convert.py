"""A Messages request → a chat completion request, what was lost, and what the reply owes. The file to read first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from conversion.destination import Destination
from conversion.estimates import estimate_body
from conversion.notices import Notice
from conversion.request.availability import tool_history
from conversion.request.conversation import conversation
from conversion.request.draft import Draft
from conversion.request.effort import thinks
from conversion.request.history import Message, read_history, system_head
from conversion.request.identity import CacheKeys
from conversion.request.markers import Markers
from conversion.request.nesting import refuses_deep_nesting
from conversion.request.notes import Notes
from conversion.request.offer import make_offer, unavailable_note
from conversion.request.parameters import asks_stream, parameter_fields, stop_sequences, token_limit
from conversion.request.prefill import apply_prefill
from conversion.request.read import MessagesRequest
from conversion.request.reasoning import EarlierReasoning
from conversion.request.reply_terms import parameter_terms, search_query, with_tools
from conversion.request.structured import answer_format
from conversion.request.system import read_system, system_message
from conversion.request.tool_choice import read_tool_choice
from conversion.request.tools import tool_fields
from conversion.request.wire import Message as WireMessage
from conversion.terms import ReplyTerms
from conversion.tool_names import renamed_tools


@dataclass(frozen=True, slots=True)
class Conversion:
    """`body` is the chat completion request as JSON; `stream` says whether it asks the backend for a stream."""

    body: bytes
    stream: bool
    terms: ReplyTerms
    notices: tuple[Notice, ...]


@refuses_deep_nesting
def convert_request(
    request: MessagesRequest,
    destination: Destination,
    *,
    secret: bytes,
    keys: CacheKeys,
    betas: frozenset[str] = frozenset(),
) -> Conversion:
    """The request for one destination, a pure function of its arguments; raises InvalidRequest."""
    profile = destination.profile.for_model(destination.model)
    destination = replace(destination, profile=profile)
    notes = Notes()
    history = read_history(request, notes)
    changes = tool_history(history)
    choice = read_tool_choice(request.tool_choice)
    offer = make_offer(request.tools or [], changes, choice, profile, notes)
    names = (*(tool.name for tool in offer.client), *sorted(changes.used))
    draft = Draft(profile, renamed_tools(names), notes, Markers(profile.cache_markers))

    tools = tool_fields(offer, choice, bool(changes.used), draft)
    answer = answer_format(request, profile, notes)
    earlier = EarlierReasoning(profile, destination.group, secret)
    messages = _messages(request, history, [tools.instruction, answer.instruction], offer.missing, earlier, draft)
    prefill = apply_prefill(messages, profile, exact=not (thinks(request) or answer.wanted))
    stops = stop_sequences(request.stop_sequences, profile)
    body: dict[str, object] = {
        "model": destination.model,
        "messages": messages,
        **tools.fields,
        **answer.fields,
        **prefill.fields,
        **draft.markers.mark_request(request.cache_control, messages),
        **parameter_fields(request, destination, stops, keys, notes, has_tools=bool(offer.client)),
    }
    draft.markers.keep_last()
    encoded = msgspec.json.encode(body)
    terms = replace(
        with_tools(parameter_terms(request, stops, betas), offer, choice, changes, draft.renamed),
        structured_output=answer.wanted,
        prefill=prefill.text,
        search_query=search_query(history),
        one_hour_cache=draft.markers.one_hour,
        estimated_input_tokens=estimate_body(len(encoded), draft.media_length, draft.media_count),
        max_tokens=token_limit(request, destination) if request.max_tokens else 0,
    )
    return Conversion(encoded, asks_stream(request, profile), terms, notes.notices())


def _messages(
    request: MessagesRequest,
    history: list[Message],
    instructions: list[str | None],
    missing: list[str],
    earlier: EarlierReasoning,
    draft: Draft,
) -> list[WireMessage]:
    """System prompt and conversation; written after the tools, because cache markers count in this order."""
    prompt = read_system(request, draft.notes)
    head = system_head(history)
    additions = filter(None, (*instructions, unavailable_note(missing, prompt, history)))
    system = system_message(prompt, head, additions, draft)
    spoken = conversation(history[len(head) :], request.context_management, earlier, draft)
    return [system, *spoken] if system else spoken
