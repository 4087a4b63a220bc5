"""The rate limits that a backend's answer tells of, as headers for the client (protocol §6.5)."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from conversion.reply.rate_limits import rate_limits
from routing import upstream


def limits_of(reply: upstream.Reply) -> list[tuple[bytes, bytes]]:
    """Nothing where the backend says nothing of limits."""
    return rate_limits(reply.headers, time.time(), _written) if reply.tells_limits else []


def _written(moment: float) -> str:
    """As RFC 3339 has it, in whole seconds."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
