"""A backend's limits in the headers of the Messages API (protocol §6.5); a subscription's are not passed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from conversion.reply.retry_after import LONGEST_RESET, duration

_KINDS = ("requests", "tokens")
_PREFIX = "x-ratelimit-"


def rate_limits(headers: Mapping[str, str], now: float, written: Callable[[float], str]) -> list[tuple[bytes, bytes]]:
    """Headers for the client; `headers` are the backend's, with names in lower case, `written` writes a moment."""
    if not any(f"{_PREFIX}limit-{kind}" in headers or f"{_PREFIX}remaining-{kind}" in headers for kind in _KINDS):
        return []
    return [(name.encode(), value.encode()) for kind in _KINDS for name, value in _of_kind(kind, headers, now, written)]


def _of_kind(
    kind: str, headers: Mapping[str, str], now: float, written: Callable[[float], str]
) -> Iterator[tuple[str, str]]:
    for what in ("limit", "remaining"):
        value = headers.get(f"{_PREFIX}{what}-{kind}", "").strip()
        if value.isascii() and value.isdigit():
            yield f"anthropic-ratelimit-{kind}-{what}", value
    seconds = duration(headers.get(f"{_PREFIX}reset-{kind}", "").strip())
    if seconds is not None and seconds <= LONGEST_RESET:
        yield f"anthropic-ratelimit-{kind}-reset", written(now + seconds)
