"""Times and texts of failures as rows hold them."""

from __future__ import annotations

from datetime import UTC, datetime

REASON_LIMIT = 300


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def storable(text: str) -> str:
    """What a backend said, so that any database takes it."""
    return text.encode(errors="replace").decode().replace("\0", "")[:REASON_LIMIT]
