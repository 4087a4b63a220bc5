"""What messages may consist of, and in which order (protocol §1.6, R12 to R17 and R20 to R22)."""

from __future__ import annotations

from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair
from conversion.repairs.sentences import Sentence

_IMAGE = b'"image_url"'
_FILES = (b'"type":"file"', b'"document_url"')

_NO_IMAGES = any_of(
    r"no endpoints found that support image",
    r"not support (?:image|vision|multi-?modal)",
    r"images? ?(?:inputs?|content)? (?:is|are) not (?:supported|enabled|available)",
    r"image inputs? not supported",
    r"image_url[`'\"]? is (?:not supported|only supported by)",
    r"unknown variant `image_url`",
    r"not (?:a|an) (?:multi-?modal|vision) model",
    r"data required for image input",
    r"at most 0 image",
    r"content\.type.{0,20}\['text'\]",
)
_ONE_BAD_IMAGE = any_of(
    r"format", r"mime", r"media.type", r"\burl\b", r"fetch", r"download", r"decod", r"base64", r"corrupt", r"too large"
)
_NO_FILES = any_of(
    r"unknown variant `(?:file|document_url)`",
    r"not support (?:file|pdf|document)",
    r"no endpoints found that support file",
    r"(?:file|pdf|document)s? ?(?:inputs?|content)? (?:is|are) not (?:supported|enabled|available)",
    r"(?:content|part) type:? [`'\"]?(?:file|document_url)",
    r"invalid value: '(?:file|document_url)'",
)
_SYSTEM_FIRST = any_of(
    r"unexpected role 'system' after",
    r"\bsystem['`\"]? (?:message|role|prompt)s?.{0,40}\b(?:first|beginning|start)\b",
)

_SENTENCES = (
    Sentence("images", _NO_IMAGES, {"images": False}, part=_IMAGE, unless=_ONE_BAD_IMAGE),  # R12
    *(Sentence("files", _NO_FILES, {"files": False}, part=part) for part in _FILES),  # R21
    Sentence("system_messages", _SYSTEM_FIRST, {"system_anywhere": False}),  # R13
    Sentence("user_after_tool", any_of(r"role 'user' after role 'tool'"), {"user_after_tool": False}),  # R16
    Sentence(
        "alternation",
        any_of(r"roles must alternate", r"first message must", r"expected first role"),
        {"system_anywhere": False, "assistant_first": False, "user_after_tool": False},
    ),
    Sentence(  # R15
        "call_signature",
        any_of(r"missing a `?thought_signature", r"thought_signature.{0,40}(?:missing|required)"),
        {"call_signature": "skip_thought_signature_validator"},
    ),
    Sentence("tool_ids", any_of(r"must be a-z, a-z, 0-9, with a length of 9"), {"tool_ids": "nine"}),  # R17
    Sentence("system_role", any_of(r"developer"), {"system_role": "system"}, part=b'"role":"developer"'),  # R20
    Sentence(
        "prefill",
        any_of(r"message prefill", r"must end with a user message", r"expected last role", r"prefill is incompatible"),
        {"prefill": "instruct"},
    ),
)

_TOO_LONG_ID = any_of(r"(?:tool_calls\[\d+\]\.id|tool_call_id).{0,200}(?:too long|maximum length|at most)")
_MISSING_REASONING = any_of(
    r"\b(reasoning_content|reasoning)\b.{0,80}(?:must be passed back|missing|is required)",
    r"missing.{0,40}\b(reasoning_content|reasoning)\b",
)
_REASONING_FIELD = any_of(  # a field of messages alone, or in its place there
    r"\b(reasoning_content|reasoning_details)\b", r"messages.{0,200}\b(reasoning)\b"
)
_BAD_STATE = any_of(
    r"corrupted thought signature",
    r"invalid.{0,20}(?:thought.?signature|signature`? in `?thinking|encrypted_content|reasoning_details)",
    r"thought.?signature.{0,40}(?:invalid|not valid)",
    r"encrypted content.{0,80}could not be (?:verified|decrypted)",
)
_STRING_WANTED = any_of(
    r"content.{0,80}(?:must be a string|should be a valid string|expected a string)",
    r"sequence, expected a string",
    r"array into .{0,80}content of type string",
)


def reasoning_state(refusal: Refusal) -> Repair | None:
    """R15: what one conversation carries is of no use; that says nothing of the next one."""
    if not _BAD_STATE.search(refusal.text) and "invalid_encrypted_content" not in refusal.report.words:
        return None
    return Repair("reasoning_state", overrides={"reasoning_state": "none"}, lasting=False)


def reasoning_filler(refusal: Refusal) -> Repair | None:
    """R14: an empty text, then a blank."""
    found = _MISSING_REASONING.search(refusal.text)
    if not found:
        return None
    fields = dict.fromkeys((*refusal.profile.reasoning_fields, found[1] or found[2]))
    filler = "" if refusal.profile.reasoning_filler is None else " "
    habits = {"reasoning_state": "text", "reasoning_fields": tuple(fields), "reasoning_filler": filler}
    return Repair("reasoning_filler", overrides=habits)


def reasoning_fields(refusal: Refusal) -> Repair | None:
    """The reasoning of earlier turns is not taken back."""
    found = _REASONING_FIELD.search(refusal.all_text)
    field = "" if found is None else found[1] or found[2]
    if not field or not refusal.is_refused() or not refusal.has(b'"%b":' % field.encode()):
        return None
    if field == "reasoning_details":
        return Repair("reasoning_fields", overrides={"reasoning_state": "none"})
    return Repair("reasoning_fields", overrides={"reasoning_fields": (), "reasoning_filler": None})


def short_tool_ids(refusal: Refusal) -> Repair | None:
    """R17"""
    return Repair("tool_ids", overrides={"tool_ids": "short"}) if _TOO_LONG_ID.search(refusal.all_text) else None


def plain_content(refusal: Refusal) -> Repair | None:
    """R22: texts as strings, then without what cannot be one."""
    if not _STRING_WANTED.search(refusal.text):
        return None
    profile = refusal.profile
    if profile.text_parts or profile.tool_media or profile.cache_markers != "strip":
        habits = {"text_parts": False, "tool_media": False, "cache_markers": "strip"}
        return Repair("text_parts", overrides=habits)
    if refusal.has(_IMAGE):
        return Repair("images", overrides={"images": False})
    return Repair("files", overrides={"files": False}) if any(map(refusal.has, _FILES)) else None


CONVERSATION_RULES = (
    *(sentence.repair for sentence in _SENTENCES),
    reasoning_state,
    reasoning_filler,
    reasoning_fields,
    short_tool_ids,
    plain_content,
)
