"""Fields of the request that the backend does not take (protocol §1.6, R5, R6 and R9)."""

from __future__ import annotations

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.request.markers import MARKER_FIELDS

_NEEDED = frozenset(("model", "messages", "input", "stream", "tools"))
_ELSEWHERE = frozenset(("max_tokens", "max_completion_tokens", "tool_choice", "response_format", "stop"))
"""Fields that have a rule of their own."""
_MARKER = any_of(*(rf"\b({field})\b" for field in sorted(MARKER_FIELDS)))
_MOST_STOPS = any_of(r"(?:maximum length|at most|maximum(?: of)?|up to|max) (\d{1,2})\b")
_TOO_MANY_STOPS = any_of(r"too many", r"too long", r"at most", r"maximum")
_NOT_TOGETHER = any_of(
    r"temperature.{1,10}and.{1,10}top_p.{1,40}\bboth\b", r"both.{1,20}temperature.{1,10}and.{1,10}top_p"
)


def cache_markers(refusal: Refusal) -> Repair | None:
    """R9, within messages and tools."""
    found = _MARKER.search(refusal.all_text)
    if not found or not refusal.is_refused() or not refusal.has(b'"%b":' % found[0].encode()):
        return None
    return Repair("cache_markers", overrides={"cache_markers": "strip"})


def stop_sequences(refusal: Refusal) -> Repair | None:
    """R6: as many as the backend takes; the gateway watches for the others."""
    told = refusal.sent_value("stop")
    if not isinstance(told, list) or not (refusal.names("stop") or "stop sequences" in refusal.text):
        return None
    if _TOO_MANY_STOPS.search(refusal.text):
        found = _MOST_STOPS.search(refusal.text)
        limit = min(int(found[1]) if found else len(told), len(told) - 1)
        return Repair("stop_sequences", overrides={"stop_limit": limit})
    return Repair("stop_sequences", overrides={"stop_limit": 0}) if refusal.is_refused() else None


def sampling_pair(refusal: Refusal) -> Repair | None:
    """R5, where one of the two may be given."""
    both = {"temperature", "top_p"} <= refusal.sent.keys()
    return _without("top_p") if both and _NOT_TOGETHER.search(refusal.text) else None


def refused_field(refusal: Refusal) -> Repair | None:
    """R5, R9"""
    droppable = (field for field in refusal.sent if field not in _NEEDED | _ELSEWHERE)
    return next((_without(field) for field in droppable if refusal.refuses(field)), None)


FIELD_RULES = (cache_markers, stop_sequences, sampling_pair, refused_field)


def _without(field: str) -> Repair:
    return Repair("field", field, overrides={"omitted_fields": (field,)})
