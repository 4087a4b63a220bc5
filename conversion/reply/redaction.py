"""A backend's own words, fit for a client (protocol §6.1, §6.4): short, no secrets, no markup, no false cues.

Clients of the Messages API react to some phrases: they strip all reasoning, or stop sending system messages. Said by a
backend about its own fields these would do harm, so they are worded differently.
"""

from __future__ import annotations

import html
import re

LONGEST = 1_000
_READ = 64 << 10

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<!doctype html|<html|<head|<body", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{1,200}>")
_TRACEBACK = re.compile(r"Traceback \(most recent call last\).*", re.DOTALL)

_SECRETS = (
    (re.compile(r"\bBearer\s+\S+", re.IGNORECASE), "Bearer [redacted]"),
    (re.compile(r"(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xai|hf|nvapi|csk|fw|pplx|r8|ccp|tgp)[-_][\w*.…-]{3,}"), "[redacted]"),
    (re.compile(r"\bAIza[\w-]{10,}"), "[redacted]"),
    (re.compile(r"\b(?:org|proj|acct|team|user)[-_][A-Za-z0-9]{8,}"), "[redacted]"),
    (
        re.compile(
            r"((?:api[ _-]?key|access[ _-]?token|secret|password|authorization)\b[^\s=:]{0,20}?\s*[=:]\s*|\bkey=)"
            r"""["']?[^\s"',;&]+""",
            re.IGNORECASE,
        ),
        r"\1[redacted]",
    ),
    (re.compile(r"\bhttps?://[^\s\"'<>)\]]+", re.IGNORECASE), "[url]"),
)

_CUES = (
    (re.compile(r"signature`? in `?thinking`? block", re.IGNORECASE), "reasoning state"),
    (re.compile(r"invalid data in `?redacted_thinking`?", re.IGNORECASE), "invalid reasoning state"),
    (re.compile(r"cannot be modified", re.IGNORECASE), "must stay as they were"),
    (re.compile(r"""role[ :]+["'`]?system["'`]?""", re.IGNORECASE), "a system message"),
    (re.compile(r"extra inputs are not permitted", re.IGNORECASE), "unknown to the backend"),
    (re.compile(r"invalid x-api-key", re.IGNORECASE), "credentials refused"),
)


def presentable(text: str) -> str:
    """The text as a client may read it: one line, at most `LONGEST` characters."""
    text = _without_markup(text[:_READ])
    text = _TRACEBACK.sub("(an exception of the backend)", text)
    for pattern, replacement in (*_SECRETS, *_CUES):
        text = pattern.sub(replacement, text)
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _without_markup(text: str) -> str:
    """The title of a page, or what stands between its tags."""
    if not _MARKUP.search(text):
        return text
    title = _TITLE.search(text)
    return html.unescape(title[1] if title else _TAG.sub(" ", text))
