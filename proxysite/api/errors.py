"""The border: every failure of every package becomes one error of the Messages API, here and nowhere else."""

from __future__ import annotations

import logging

from django.http import HttpResponse

from accounting.budgets.errors import Refusal
from accounting.recorder import JournalUnavailable
from conversion.errors import BackendFailure, ConversionError, InvalidRequest
from proxysite.envelope import ApiError, envelope, error_headers
from routing.errors import RoutingError

logger = logging.getLogger("proxysite")


def as_api_error(exception: BaseException) -> ApiError:
    """The error that the client is told; what is unforeseen tells nothing of the inside."""
    match exception:
        case ApiError():
            return exception
        case InvalidRequest():
            return ApiError(exception.status, exception.type, exception.message, details=exception.details)
        case BackendFailure():
            return ApiError(exception.status, exception.type, exception.message, headers=_retry_headers(exception))
        case ConversionError():
            return ApiError(exception.status, exception.type, exception.message)
        case RoutingError() | Refusal() | JournalUnavailable():
            return ApiError(exception.status, exception.type, exception.message, headers=exception.headers)
        case _:
            return ApiError(500, "api_error", "Internal server error")


def _retry_headers(failure: BackendFailure) -> dict[str, str]:
    headers = {}
    if failure.retry_after is not None:
        headers["retry-after"] = str(failure.retry_after)
    if failure.retry_after_milliseconds is not None:
        headers["retry-after-ms"] = str(failure.retry_after_milliseconds)
    if failure.should_retry is not None:
        headers["x-should-retry"] = "true" if failure.should_retry else "false"
    return headers


def error_response(exception: BaseException, request_id: str) -> HttpResponse:
    """The same as a Django response, for what fails inside a view."""
    error = as_api_error(exception)
    if error.status == 500 and not isinstance(exception, ApiError | ConversionError):
        logger.error("request %s failed", request_id, exc_info=exception)
    body = envelope(error, request_id)
    response = HttpResponse(body, status=error.status)
    for name, value in error_headers(error, request_id, len(body)):
        response.headers[name.decode()] = value.decode("latin-1")
    return response
