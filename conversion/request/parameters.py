"""The fields that need no look at the messages: sampling, tiers, identity, streaming (protocol §1.2, §1.4)."""

from __future__ import annotations

from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.identity import CacheKeys
from conversion.request.notes import Notes
from conversion.request.plan import Plan
from conversion.request.read import MessagesRequest


def parameter_fields(
    request: MessagesRequest, plan: Plan, profile: BackendProfile, keys: CacheKeys, notes: Notes
) -> dict[str, object]:
    _note_dropped(request, notes)
    return {
        **plan.reasoning.fields,
        profile.max_tokens_field: plan.token_limit,
        **_sampling_fields(request, profile, plan.reasoning.thinks, notes),
        **({"stop": plan.stops.told} if plan.stops.told else {}),
        **_tier_fields(request, profile, notes),
        **_identity_fields(keys, profile),
        **_stream_fields(asks_stream(request, profile), bool(plan.offer.client), profile),
    }


def _stream_fields(stream: bool, has_tools: bool, profile: BackendProfile) -> dict[str, object]:
    if not stream:
        return {}
    fields: dict[str, object] = {"stream": True}
    if profile.stream_usage:
        fields["stream_options"] = {"include_usage": True}
    if profile.tool_stream and has_tools:
        fields["tool_stream"] = True
    return fields


def asks_stream(request: MessagesRequest, profile: BackendProfile) -> bool:
    """Whether the backend is asked for a stream; the client gets what it asked for in any case."""
    return profile.streaming == "always" or (profile.streaming == "asked" and bool(request.stream))


def _sampling_fields(
    request: MessagesRequest, profile: BackendProfile, model_thinks: bool, notes: Notes
) -> dict[str, object]:
    """What the client gave, nothing invented; models that reason on their own terms refuse it."""
    given = {name: getattr(request, name) for name in ("temperature", "top_p", "top_k")}
    fields = {name: _number(name, value) for name, value in given.items() if value is not None}
    refused = set()
    if profile.sampling == "fixed" or (profile.sampling == "without_reasoning" and model_thinks):
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
