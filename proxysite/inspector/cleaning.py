"""What of a body may be stored: no secret that can be recognised, no media, and not more than a limit.

Strings of a JSON document are looked at one by one, so that what is left of it is JSON; so are the events of a stream.
A secret that a model writes in several pieces is not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from proxysite.inspector.recording import Body
from proxysite.redaction import redacted

BODY_LIMIT = 1 << 20
READ_LIMIT = 8 << 20
"""Larger documents are cut before anything is looked for in them."""

SECRET_NAMES = "(?:api[-_]?key|authorization|passw(?:or)?d|secret|cookie|credential|(?:access|auth)[-_]?token)"
SECRET_NAME = re.compile(rf"{SECRET_NAMES}$", re.IGNORECASE)
SECRET_FIELD = re.compile(rf'({SECRET_NAMES}\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"])*', re.IGNORECASE)
"""The field of a document that is not whole, or that stands in a string."""
BASE64 = re.compile(r"(?<=;base64,)[0-9A-Za-z+/_-]+={0,2}|[0-9A-Za-z+/_-]{1000,}={0,2}")
"""What an address holds as data, and whatever else is too long to be a word."""
EVENT_DATA = "data: "


def cleaned(data: bytes, size: int | None = None) -> Body:
    """What is stored of these bytes; `size`: of the whole body, where they are its beginning only."""
    whole = len(data) if size is None else size
    text = clean_text(data[:READ_LIMIT].decode(errors="replace"))
    cut = len(text) > BODY_LIMIT or whole > min(len(data), READ_LIMIT)
    return Body(text[:BODY_LIMIT], whole, cut)


def clean_text(text: str) -> str:
    if (document := clean_json(text)) is not None:
        return document
    return "\n".join(clean_line(line) for line in text.split("\n"))


def clean_line(line: str) -> str:
    """One line of a stream, or of anything."""
    start, found, rest = line.partition(EVENT_DATA)
    if found and not start and (document := clean_json(rest)) is not None:
        return EVENT_DATA + document
    return SECRET_FIELD.sub(r"\1…", clean_string(line))


def clean_json(text: str) -> str | None:
    """None for what is no JSON object or array. A document with nothing to hide stays as it is, to the letter."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        document = msgspec.json.decode(text)
        clean = clean_value(document)
        return text if clean == document else msgspec.json.encode(clean).decode()
    except (msgspec.DecodeError, RecursionError):
        return None


def clean_value(value: object) -> object:
    match value:
        case str():  # arguments of calls are documents of their own
            return document if (document := clean_json(value)) is not None else clean_string(value)
        case [*items]:
            return [clean_value(item) for item in items]
        case {"type": "base64", "data": str(data), **others}:
            return {"type": "base64", **others, "data": not_kept(data)}
        case dict():
            return {name: clean_field(name, item) for name, item in value.items()}
        case _:
            return value


def clean_field(name: str, value: object) -> object:
    return "…" if isinstance(value, str) and SECRET_NAME.search(name) else clean_value(value)


def clean_string(text: str) -> str:
    if len(text) > BODY_LIMIT:  # no single search may keep other threads waiting for long
        return f"{clean_string(text[:BODY_LIMIT])}… ({len(text) - BODY_LIMIT:,} more characters, not kept)"
    return redacted(BASE64.sub(lambda found: not_kept(found[0]), text))


def not_kept(data: str) -> str:
    return f"({len(data) * 3 // 4:,} bytes of base64, not kept)"


def clean_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_string(value) for name, value in headers.items() if value}
