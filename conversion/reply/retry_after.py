"""When a refused request is worth repeating (protocol §6.2): whole seconds, from wherever the backend says it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from email.utils import mktime_tz, parsedate_tz

LONGEST = 3_600
LONGEST_RESET = 366 * 86_400
"""What is further away is no time until a limit is lifted."""

_NUMBER = re.compile(r"\d{1,15}(?:\.\d+)?")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0}
_TRY_AGAIN = re.compile(
    r"(?:try again|retry) (?:in|after) ((?:\d{1,9}(?:\.\d{1,9})?\s?(?:ms|h|m|s)[a-z]{0,8}\s?){1,4})"
)


def retry_after(headers: Mapping[str, str], message: str, retry_delay: str, now: float) -> int | None:
    """Seconds until a repetition makes sense; None where the backend does not say."""
    known = {name.lower(): value.strip() for name, value in headers.items()}
    seconds = next(_candidates(known, message, retry_delay, now), None)
    return None if seconds is None else min(max(math.ceil(seconds), 1), LONGEST)


def retry_after_milliseconds(headers: Mapping[str, str]) -> int | None:
    """The same to the millisecond, where the backend says it so: clients know that header too, and prefer it."""
    value = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after-ms"), "")
    return min(math.ceil(float(value)), LONGEST * 1_000) if _NUMBER.fullmatch(value) else None


def _candidates(headers: Mapping[str, str], message: str, retry_delay: str, now: float) -> Iterator[float]:
    if _NUMBER.fullmatch(milliseconds := headers.get("retry-after-ms", "")):
        yield float(milliseconds) / 1_000
    yield from _standard(headers.get("retry-after", ""), now)
    for kind in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{kind}") == "0":
            yield from _duration(headers.get(f"x-ratelimit-reset-{kind}", ""))
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and _NUMBER.fullmatch(reset):
        yield float(reset) / 1_000 - now  # OpenRouter: milliseconds since 1970
    yield from _duration(retry_delay)
    if found := _TRY_AGAIN.search(message.lower()):
        yield from _duration(found[1].replace(" ", ""))


def _standard(value: str, now: float) -> Iterator[float]:
    """`retry-after` as RFC 9110 has it: seconds, or a date."""
    if _NUMBER.fullmatch(value):
        yield float(value)
    elif (date := parsedate_tz(value)) is not None:
        yield mktime_tz(date) - now


def duration(value: str) -> float | None:
    """`1m30.5s`, `850ms`, or plain seconds."""
    if _NUMBER.fullmatch(value):
        return float(value)
    parts = _DURATION.findall(value)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else None


def _duration(value: str) -> Iterator[float]:
    if (seconds := duration(value)) is not None:
        yield seconds
