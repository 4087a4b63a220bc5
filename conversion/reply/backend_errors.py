"""A backend's failure, told so that the client does the right thing (protocol §6.2): the first row that fits wins.

Our credentials at a backend are never the client's: 401 and 403 become 502, or the client would throw its key away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from conversion.destination import Destination
from conversion.errors import BackendFailure, ErrorReport, ErrorType
from conversion.reply.error_report import read_body, read_document
from conversion.reply.overflow import overflow_message, read_overflow
from conversion.reply.redaction import presentable
from conversion.reply.retry_after import retry_after, retry_after_milliseconds
from conversion.terms import ReplyTerms


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a row looks at."""

    status: int
    report: ErrorReport
    text: str  # the message, lower-cased

    def says(self, *words: str) -> bool:
        """One of the words is a code of the error."""
        return not self.report.words.isdisjoint(words)

    def contains(self, *phrases: str) -> bool:
        """One of the phrases is in the message."""
        return any(phrase in self.text for phrase in phrases)


@dataclass(frozen=True, slots=True)
class _Row:
    """A class of failures. `message` may name {text} (the backend's words), {status}, {model} and {backend_model}."""

    fits: Callable[[_Failure], bool]
    status: int
    type: ErrorType
    message: str = "{text}"
    should_retry: bool | None = None
    refusal: bool = False
    retry_after: int | None = None


def _is_filtered(failure: _Failure) -> bool:
    coded = failure.says(
        "content_filter",
        "responsibleaipolicyviolation",
        "content_policy_violation",
        "invalid_prompt",
        "flagged_input",
        "moderation_blocked",
        "minimax_1026",
        "minimax_1027",
    )
    told = failure.contains("usage policy", "flagged as potentially", "requires moderation")
    return coded or ((told or bool(failure.report.categories)) and failure.status in (400, 403))


def _has_no_credit(failure: _Failure) -> bool:
    coded = failure.says(
        "insufficient_quota",
        "billing_hard_limit_reached",
        "exceeded_current_quota_error",
        "insufficient_balance",
        "insufficient_credits",
        "billing_error",
        "1113",
        "minimax_1008",
    )
    told = failure.contains("insufficient balance", "insufficient credit", "credit balance is too low", "only afford")
    return failure.status == 402 or coded or told


def _is_overloaded(failure: _Failure) -> bool:
    coded = failure.says(
        "overloaded",
        "overloaded_error",
        "engine_overloaded_error",
        "engine_overloaded",
        "provider_overloaded",
        "server_overloaded",
        "insufficient_system_resource",
    )
    told = failure.contains("overloaded", "at capacity", "no instances available", "queue is full")
    return failure.status in (425, 503, 529) or coded or (told and failure.status >= 429)


def _is_loading(failure: _Failure) -> bool:
    return failure.status >= 500 and failure.contains("loading model", "model is loading", "currently loading")


def _lacks_model(failure: _Failure) -> bool:
    if failure.says("model_not_found", "deploymentnotfound", "model_not_available"):
        return True
    if failure.contains("not a valid model id", "model not exist"):
        return True
    told = failure.contains("model", "deployment", "endpoints found")
    return told and failure.status == 404 and failure.report.is_json


def _has_status(*statuses: int) -> Callable[[_Failure], bool]:
    return lambda failure: failure.status in statuses


_ROWS = (
    _Row(_is_filtered, 400, "invalid_request_error", refusal=True),
    _Row(_has_no_credit, 402, "billing_error", "The backend account has no credit left ({text})", should_retry=False),
    _Row(_is_loading, 529, "overloaded_error", "Overloaded: {text}", retry_after=10),
    _Row(_is_overloaded, 529, "overloaded_error", "Overloaded: {text}"),
    _Row(_lacks_model, 404, "not_found_error", "model: {model} (backend model {backend_model} not found)"),
    _Row(
        _has_status(401, 403),
        502,
        "api_error",
        "The backend rejected the gateway's credentials (HTTP {status}: {text})",
        should_retry=False,
    ),
    _Row(_has_status(404), 502, "api_error", "The backend does not know this path: wrong base URL ({text})"),
    _Row(_has_status(408, 504, 524), 504, "timeout_error", "The backend did not answer in time"),
    _Row(_has_status(409), 409, "conflict_error"),
    _Row(_has_status(413), 413, "request_too_large"),
    _Row(_has_status(429), 429, "rate_limit_error"),
    _Row(_has_status(500), 500, "api_error"),
    _Row(_has_status(405, 410, 415, 501), 502, "api_error", "The backend does not take this request ({text})"),
    _Row(lambda failure: 300 <= failure.status < 400, 502, "api_error", "The backend redirects to {text}"),
    _Row(lambda failure: failure.status < 400, 502, "api_error", "The backend sent an invalid response ({text})"),
    _Row(lambda failure: failure.status < 500, 400, "invalid_request_error"),
    _Row(lambda failure: True, 502, "api_error"),
)

_STATUS_OF_WORD: Mapping[str, int] = {
    **dict.fromkeys(("rate_limit_exceeded", "rate_limit_error", "rate_limit", "too_many_requests"), 429),
    **dict.fromkeys(("ratelimiterror", "resource_exhausted", "1302", "1303", "1305", "minimax_1002"), 429),
    **dict.fromkeys(("invalid_request_error", "invalid_argument", "bad_request", "badrequesterror"), 400),
    **dict.fromkeys(("authentication_error", "invalid_api_key", "unauthorized", "unauthenticated"), 401),
    **dict.fromkeys(("permission_denied", "permission_error", "minimax_1004", "minimax_2049"), 401),
    **dict.fromkeys(("not_found", "not_found_error", "notfounderror", "model_not_found"), 404),
    **dict.fromkeys(("timeout", "timeout_error", "deadline_exceeded", "minimax_1001"), 504),
    **dict.fromkeys(("minimax_1000", "minimax_1013", "minimax_1024", "minimax_1033"), 500),
    **dict.fromkeys(("network_error", "bad_gateway"), 502),
    "request_too_large": 413,
}

_OUTPUT_LIMIT = re.compile(r"at most (\d{1,9}) (?:completion|output) tokens")


def backend_failure(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    terms: ReplyTerms,
    destination: Destination,
    now: float,
) -> BackendFailure:
    """The failure in a backend's HTTP answer; a status below 400 means that the body is no reply."""
    report = read_body(body)
    if status < 300 and (report.words or report.status):
        status = _status(report)
    elif 300 <= status < 400:
        report = report._replace(message=_redirected_to(headers))
    return _failure(status, report, terms, destination, headers, now, upstream_status=status)


def _redirected_to(headers: Mapping[str, str]) -> str:
    """The host alone: the rest of the address may be a secret."""
    location = next((value for name, value in headers.items() if name.lower() == "location"), "")
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    return host or "another address"


def stream_failure(document: object, *, terms: ReplyTerms, destination: Destination) -> BackendFailure:
    """The failure that a chunk, or a body with HTTP 200, tells of."""
    report = read_document(document)
    return _failure(_status(report), report, terms, destination, {}, 0.0, upstream_status=None)


def committed_error_type(failure: BackendFailure, *, opened: bool) -> ErrorType:
    """The type for an `error` event: as long as no block is open, only overload makes clients repeat the stream."""
    if not opened and failure.type == "rate_limit_error":
        return "overloaded_error"
    return failure.type


def _status(report: ErrorReport) -> int:
    """The status that an error within HTTP 200 would have had."""
    if report.status is not None:
        return report.status
    known = [_STATUS_OF_WORD[word] for word in report.words if word in _STATUS_OF_WORD]
    if known:
        return max(known)
    return 400 if any(word.startswith("minimax_") for word in report.words) else 500


def _failure(
    status: int,
    report: ErrorReport,
    terms: ReplyTerms,
    destination: Destination,
    headers: Mapping[str, str],
    now: float,
    *,
    upstream_status: int | None,
) -> BackendFailure:
    if (overflow := read_overflow(report)) is not None:
        message = overflow_message(overflow, estimate=terms.estimated_input_tokens, window=destination.context_window)
        return BackendFailure(
            message, status=400, type="invalid_request_error", upstream_status=upstream_status, report=report
        )
    failure = _Failure(status, report, report.message.lower())
    row = next(row for row in _ROWS if row.fits(failure))
    text = presentable(report.message) or _phrase(status)
    if limit := _OUTPUT_LIMIT.search(failure.text):
        text = _output_limit_message(terms.max_tokens, int(limit[1]))
    seconds = retry_after(headers, report.message, report.retry_delay, now)
    return BackendFailure(
        row.message.format(text=text, status=status, model=terms.model, backend_model=destination.model),
        status=row.status,
        type=row.type,
        retry_after=row.retry_after if seconds is None else seconds,
        retry_after_milliseconds=retry_after_milliseconds(headers),
        should_retry=row.should_retry,
        upstream_status=upstream_status,
        explanation=_explanation(report) if row.refusal else None,
        report=report,
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"


def _output_limit_message(asked: int, limit: int) -> str:
    """The sentence at which clients lower `max_tokens` themselves."""
    limits = f"{max(asked, limit + 1)} > {limit}"
    return f"max_tokens: {limits}, which is the maximum allowed number of output tokens for this model"


def _explanation(report: ErrorReport) -> str:
    categories = f" ({', '.join(report.categories)})" if report.categories else ""
    said = f": {presentable(report.message)}" if report.message else ""
    return f"The backend's content filter refused the prompt{categories}{said}"
