"""Why a request finds no way to a backend; each knows what the client is told.

RoutingError
├── UnknownModel         nothing is configured for that name
├── ModelNotAllowed      the client or its team may not use it
├── NoBackend            a mapping exists, but nothing that it names is enabled
└── KeyStoreUnavailable  the database is away and the key is not one that we know
"""

from __future__ import annotations

from typing import ClassVar

from conversion.errors import ErrorType

NAME_LIMIT = 200
"""How much of a name that the client chose is repeated to it."""


class RoutingError(Exception):
    """A refusal before any backend was asked."""

    status: int = 500
    type: ErrorType = "api_error"
    headers: ClassVar[dict[str, str]] = {"x-should-retry": "false"}

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownModel(RoutingError):
    # The protocol's own answer. Claude Code shows a hint of its own instead of the message, and stops asking.
    status = 404
    type: ErrorType = "not_found_error"

    def __init__(self, model: str) -> None:
        super().__init__(f"model: {model[:NAME_LIMIT]} (no mapping and no backend of this gateway knows this name)")


class ModelNotAllowed(RoutingError):
    status = 403
    type: ErrorType = "permission_error"

    def __init__(self, model: str) -> None:
        super().__init__(f"model: {model[:NAME_LIMIT]} is not allowed for this key; ask the admin of this gateway")


class NoBackend(RoutingError):
    status = 503

    def __init__(self, model: str, mapping: str) -> None:
        super().__init__(f"model: {model[:NAME_LIMIT]} has no enabled backend (mapping: {mapping})")


class KeyStoreUnavailable(RoutingError):
    # Never 401: Claude Code would ask its user to log in again.
    status = 503
    headers: ClassVar[dict[str, str]] = {"retry-after": "10"}

    def __init__(self) -> None:
        super().__init__("authentication store unavailable")
