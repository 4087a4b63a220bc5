"""Length, sampling, stop sequences, tiers, identity: what needs no look at the messages (protocol §1.2, §1.4)."""

from __future__ import annotations

from typing import NamedTuple

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.effort import reasoning_fields, requested_effort
from conversion.request.identity import CacheKeys
from conversion.request.notes import Notes
from conversion.request.read import MessagesRequest


class StopSequences(NamedTuple):
    """The client's stop sequences: those that the backend is told, and those that the reply must watch for."""

    told: tuple[str, ...]
    local: tuple[str, ...]


def parameter_fields(
    request: MessagesRequest,
    destination: Destination,
    stops: StopSequences,
    keys: CacheKeys,
    notes: Notes,
    *,
    has_tools: bool,
) -> dict[str, object]:
    profile = destination.profile
    limit = token_limit(request, destination)
    reasoning = reasoning_fields(requested_effort(request), destination, limit, has_tools, notes)
    _note_dropped(request, notes)
    return {
        **reasoning,
        profile.max_tokens_field: limit,
        **_sampling_fields(request, profile, reasoning.get("reasoning_effort"), notes),
        **({"stop": stops.told} if stops.told else {}),
        **_tier_fields(request, profile, notes),
        **_identity_fields(keys, profile),
        **_stream_fields(asks_stream(request, profile), profile),
    }


def token_limit(request: MessagesRequest, destination: Destination) -> int:
    """`max_tokens` within what the model can write; clients ask for 128 000 whatever the model is."""
    requested = request.max_tokens or 0
    cap = destination.max_output_tokens or destination.max_tokens_limit
    floor = max(destination.profile.minimum_max_tokens, destination.min_tokens or 0)
    return min(max(requested, floor), cap)


def _stream_fields(stream: bool, profile: BackendProfile) -> dict[str, object]:
    if not stream:
        return {}
    return {"stream": True, "stream_options": {"include_usage": True}} if profile.stream_usage else {"stream": True}


def asks_stream(request: MessagesRequest, profile: BackendProfile) -> bool:
    """Whether the backend is asked for a stream; the client gets what it asked for in any case."""
    return profile.streaming == "always" or (profile.streaming == "asked" and bool(request.stream))


def _sampling_fields(
    request: MessagesRequest, profile: BackendProfile, told_effort: object, notes: Notes
) -> dict[str, object]:
    """What the client gave, nothing invented; models that reason on their own terms refuse it."""
    given = {name: getattr(request, name) for name in ("temperature", "top_p", "top_k")}
    fields = {name: _number(name, value) for name, value in given.items() if value is not None}
    refused = set()
    if profile.sampling == "without_reasoning" and told_effort != "none":
        refused = {"temperature", "top_p"}
    if not profile.top_k:
        refused.add("top_k")
    for name in sorted(refused & fields.keys()):
        notes.add(f"{name}_dropped", "the model does not take it")
        del fields[name]
    return fields


def _number(name: str, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequest(f"{name}: Input should be a valid number")
    return value


def stop_sequences(received: object, profile: BackendProfile) -> StopSequences:
    if received is None:
        return StopSequences((), ())
    if not isinstance(received, list):
        raise InvalidRequest("stop_sequences: Input should be a valid list")
    for index, text in enumerate(received):
        if not isinstance(text, str):
            raise InvalidRequest(f"stop_sequences.{index}: Input should be a valid string")
    texts = tuple(dict.fromkeys(text for text in received if text.strip()))
    limit = len(texts) if profile.stop_limit is None else profile.stop_limit
    return StopSequences(texts[:limit], texts[limit:])


def _tier_fields(request: MessagesRequest, profile: BackendProfile, notes: Notes) -> dict[str, object]:
    tier = None
    if request.speed == "fast":
        tier = profile.fast_tier
        if tier is None:
            notes.add("speed_dropped", "the backend has no faster tier")
    elif request.service_tier == "standard_only":
        tier = profile.standard_tier
    return {"service_tier": tier} if tier else {}


def _identity_fields(keys: CacheKeys, profile: BackendProfile) -> dict[str, object]:
    """Digests only: who the user is never leaves the gateway."""
    fields: dict[str, object] = {}
    if profile.conversation_field:
        fields[profile.conversation_field] = keys.conversation
    if profile.user_field:
        fields[profile.user_field] = keys.user
    if profile.refuses_storage:
        fields["store"] = False
    return fields


def _note_dropped(request: MessagesRequest, notes: Notes) -> None:
    match request.container:
        case {"skills": [_, *_]}:
            notes.add("skills_dropped", "skills need a container, and there is none")
