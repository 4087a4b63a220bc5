"""What can go wrong in the translation, by whose fault it is.

ConversionError
├── InvalidRequest    the client's request cannot be understood or served: 4xx
└── BackendFailure    the backend refused, broke off or sent what is no reply

Each knows the status and the error type of the Messages API that the client is answered with (protocol §6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

ErrorType = Literal[
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "conflict_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "timeout_error",
    "overloaded_error",
]

_READ = 8_000
_THOUSANDS = re.compile(r"(?<=\d)[,_](?=\d{3}(?:\D|$))")


class ErrorReport(NamedTuple):
    """A backend's own words for what went wrong: not fit for clients, but telling for those who look for a cause.

    `words`: codes, types and status words, lower-cased. `status`: the HTTP status that the body itself names.
    """

    message: str = ""
    words: frozenset[str] = frozenset()
    status: int | None = None
    fields: Mapping[str, object] = {}
    retry_delay: str = ""
    categories: tuple[str, ...] = ()
    is_json: bool = True

    @property
    def text(self) -> str:
        """The message as patterns are looked for in it: lower-cased, numbers without separators, not endless."""
        return _THOUSANDS.sub("", self.message[:_READ].lower())


class ConversionError(Exception):
    """A failure of the translation, ready to be told to the client."""

    status: int = 500
    type: ErrorType = "api_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(ConversionError):
    """The client's request is malformed, or asks for what this gateway refuses."""

    status = 400
    type: ErrorType = "invalid_request_error"

    def __init__(self, message: str, *, details: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.details = details


class BackendFailure(ConversionError):
    """The backend's refusal or breakdown, in the words and with the status that the client understands.

    `retry_after` is in whole seconds, `retry_after_milliseconds` what a backend said more exactly.
    `should_retry` becomes `x-should-retry` where it is not None.
    `upstream_status` is what the backend itself answered (None where it was no HTTP answer).
    `explanation` is set where the backend refused the content: the client is then answered a Message
    with `stop_reason: "refusal"` instead of an error (protocol §4.3, E11).
    `report` is what the backend said, where it said anything.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 502,
        type: ErrorType = "api_error",
        retry_after: int | None = None,
        retry_after_milliseconds: int | None = None,
        should_retry: bool | None = None,
        upstream_status: int | None = None,
        explanation: str | None = None,
        report: ErrorReport | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.retry_after = retry_after
        self.retry_after_milliseconds = retry_after_milliseconds
        self.should_retry = should_retry
        self.upstream_status = upstream_status
        self.explanation = explanation
        self.report = report
