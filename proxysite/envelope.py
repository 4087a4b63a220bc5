"""Errors as the Messages API writes them (protocol §6.1): one shape for every failure, with the request's id."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

LONGEST_MESSAGE = 1_000
"""Some messages quote what the client sent, however long that is."""


class ApiError(Exception):
    """A refusal of the edge itself: key, size, path, method."""

    def __init__(
        self,
        status: int,
        type: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.message = message
        self.headers = dict(headers or {})
        self.details = details


def envelope(error: ApiError, request_id: str) -> bytes:
    """The JSON body of an error answer."""
    content: dict[str, object] = {"type": error.type, "message": error.message[:LONGEST_MESSAGE]}
    if error.details is not None:
        content["details"] = error.details
    return msgspec.json.encode({"type": "error", "error": content, "request_id": request_id})


def error_headers(error: ApiError, request_id: str, length: int) -> list[tuple[bytes, bytes]]:
    """The headers of an error answer, as ASGI wants them."""
    headers = {"content-type": "application/json", "content-length": str(length), "request-id": request_id}
    return [(name.encode(), value.encode("latin-1")) for name, value in {**headers, **error.headers}.items()]
