"""What a backend says when it fails, out of whatever it says it in (protocol §6.2, §6.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conversion.errors import ErrorReport
from conversion.reply import documents

_READ = 64 << 10
_NESTED = 3


def is_error(document: object) -> bool:
    """Whether a chunk or body, which came with HTTP 200, is an error all the same."""
    match document:
        case [dict() as first, *_]:
            return is_error(first)
        case {"error": error} if error:
            return True
        case {"object": "error"} | {"type": "error"}:
            return True
        case {"base_resp": {"status_code": code}} if code:
            return True
        case {"choices": _}:
            return False
        case {"code": code, "message": str()} if code:
            return True
        case {"detail": str() | list()}:
            return True
    return False


def read_body(body: bytes) -> ErrorReport:
    """The report in the body of a failed answer."""
    try:
        return read_document(documents.decode(body[:_READ]))
    except documents.NotJson:
        return ErrorReport(message=body[:_READ].decode(errors="replace").strip(), is_json=False)


def read_document(document: object, depth: int = _NESTED) -> ErrorReport:
    """The report in an error document of any make."""
    match document:
        case [dict() as first, *_]:
            return read_document(first, depth)
        case {"error": dict() as error}:
            return _of_object(error, depth)
        case {"error": str() as message, **more}:
            beside = documents.mapping(more)
            return ErrorReport(message, _words(beside), _status(beside.get("code")))
        case {"detail": detail}:
            return ErrorReport(_detail(detail))
        case {"base_resp": {"status_code": code, **more}}:
            return ErrorReport(documents.text(more.get("status_msg")), frozenset({f"minimax_{code}"}))
        case {"errors": [first, *_]} if depth:
            return read_document({"error": first}, depth - 1)
        case {"choices": [{"error": error}, *_]} if depth and error:
            return read_document({"error": error}, depth - 1)
        case {"choices": [{"finish_reason": str() as reason}, *_]}:
            return ErrorReport(f"The backend ended with {reason!r}", frozenset({reason.lower()}))
        case {"message": dict() as inner} if depth:
            return read_document(inner, depth - 1)
        case dict():
            texts = (documents.text(document.get(name)) for name in ("message", "Error", "msg"))
            message = next((text for text in texts if text), "")
            return ErrorReport(message, _words(document), _status(document.get("code")), document)
        case str():
            return ErrorReport(document)
    return ErrorReport()


def _of_object(error: Mapping[str, object], depth: int) -> ErrorReport:
    """An `error` object; what an aggregator quotes of its provider is more telling than its own words."""
    metadata = documents.mapping(error.get("metadata"))
    inner = documents.mapping(error.get("innererror")) or documents.mapping(error.get("inner_error"))
    quoted = _quoted(metadata.get("raw"), depth)
    return ErrorReport(
        quoted.message or documents.text(error.get("message")),
        _words(error) | _words(metadata) | _words(inner) | quoted.words,
        _status(error.get("code")) or _status(error.get("status_code")),
        {**error, **quoted.fields},
        _retry_delay(documents.items(error.get("details"))) or quoted.retry_delay,
        (*filtered_categories(inner.get("content_filter_result")), *_reasons(metadata.get("reasons"))),
    )


def _quoted(raw: object, depth: int) -> ErrorReport:
    if not isinstance(raw, str) or not depth:
        return ErrorReport()
    try:
        return read_document(documents.decode(raw.encode(errors="replace")), depth - 1)
    except documents.NotJson:
        return ErrorReport(raw)


def _words(error: Mapping[str, object]) -> frozenset[str]:
    values = (error.get(name) for name in ("code", "type", "status", "error_type"))
    return frozenset(str(value).lower() for value in values if isinstance(value, str | int) and value)


def _status(code: object) -> int | None:
    """A code that is an HTTP status; providers use small and large numbers for other things."""
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3:
        code = int(code)
    return code if isinstance(code, int) and 400 <= code < 600 else None


def _detail(detail: object) -> str:
    """FastAPI: a sentence, or a list of what is wrong where."""
    match detail:
        case str():
            return documents.text(detail)
        case [dict() as first, *_]:
            place = ".".join(str(part) for part in documents.items(first.get("loc")))
            said = documents.text(first.get("msg"))
            return f"{place}: {said}" if place else said
        case dict():
            return documents.text(detail.get("message")) or documents.text(detail.get("error"))
    return ""


def _retry_delay(details: Sequence[object]) -> str:
    delays = (documents.text(documents.mapping(detail).get("retryDelay")) for detail in details)
    return next((delay for delay in delays if delay), "")


def filtered_categories(result: object) -> tuple[str, ...]:
    """Azure: the categories in which a content filter struck."""
    verdicts = documents.mapping(result).items()
    return tuple(name for name, verdict in verdicts if documents.mapping(verdict).get("filtered") is True)


def _reasons(reasons: object) -> tuple[str, ...]:
    """OpenRouter: why its moderation flagged the input."""
    return tuple(text for reason in documents.items(reasons) if (text := documents.text(reason)))
