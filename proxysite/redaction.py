"""Log lines without secrets: whatever looks like a key is cut to its beginning, in messages and in tracebacks.

Nor may strangers fill the log: what they alone can do wrong is one line.
"""

from __future__ import annotations

import logging
import re

SECRETS = (  # each with a group for what may stay
    r"\b(ccp_[0-9A-Za-z]{8}_)[0-9A-Za-z]+",  # a client key: its public part
    r"\b(ccp_)(?![0-9A-Za-z]{8}_)[0-9A-Za-z_-]{9,}",  # what was meant to be one
    r"\b((?:sk|gsk|xai|AIza)[-_]?)[0-9A-Za-z_-]{16,}",  # keys of backends
    r"(?i)\b(bearer\s+)[^\s\"',;]{8,}",
    r"(?i)\b(x-api-key[\"']?\s*[:=,]\s*b?[\"']?)[^\s\"',;]+",
    r"(://[^\s:/@]*:)[^\s/@]+(?=@)",  # a password in an address
)
PATTERNS = tuple(re.compile(secret) for secret in SECRETS)


def redacted(text: str) -> str:
    for pattern in PATTERNS:
        text = pattern.sub(r"\1…", text)
    return text


class RedactingFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class WithoutTraceback(logging.Filter):
    """Lets every record pass, and what was raised be told by its message alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True
