"""A fixed format of the answer, whether it is streamed, and by which API (protocol §1.6, R19)."""

from __future__ import annotations

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.repairs.sentences import Sentence

_FORMAT = any_of(
    r"response_?format", r"response_?schema", r"response mime type", r"json mode", r"json_schema", r"json_object"
)
_TOOL = r"\b(?:tools?|function)\b"
_WITH_TOOLS = any_of(
    rf"(?:json mode|response_?format|mime type).{{0,80}}{_TOOL}",
    rf"{_TOOL}.{{0,80}}(?:json mode|response_?format|mime type)",
)
_LOOSER = {"json_schema": "json_object", "json_object": "none", "none": "none"}

_SENTENCES = (
    Sentence("wire", any_of(r"only supported in v1/responses"), {"wire": "responses"}),
    Sentence("streaming", any_of(r"only supports? stream"), {"streaming": "always"}),
    Sentence(
        "streaming",
        any_of(r"verified to stream", r"not support streaming", r"streaming is not supported"),
        {"streaming": "never"},
        part=b'"stream":true',
    ),
)


def response_format(refusal: Refusal) -> Repair | None:
    """R19: not beside tools; not strictly; any JSON; text alone."""
    if "response_format" not in refusal.sent or not _FORMAT.search(refusal.all_text):
        return None
    profile = refusal.profile
    if "tools" in refusal.sent and _WITH_TOOLS.search(refusal.text):
        return Repair("format_with_tools", overrides={"format_with_tools": False})
    if "strict" in refusal.text and b'"strict":true' in bytes(refusal.sent["response_format"]):
        return Repair("strict_format", overrides={"strict_format": False})
    return Repair("response_format", overrides={"response_format": _LOOSER[profile.response_format]})


FORMAT_RULES = (response_format, *(sentence.repair for sentence in _SENTENCES))
