"""A captured request as one that can be read again: for replays, and for trying how its prompt is shortened."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.http import HttpRequest

from proxysite.inspector.models import Capture
from proxysite.inspector.recording import Body, opened
from routing import credentials

LEFT_OUT = "({} that was captured without its data)"


class NotReadable(Exception):
    """There is no whole request to read; the text says why."""


def captured_prompt(request: HttpRequest, text: str) -> str:
    """The body of that capture, for superusers; empty where there is none."""
    if not request.user.is_superuser:
        return ""
    try:
        capture = Capture.objects.filter(pk=UUID(text)).first()
        return readable(opened(capture.sealed).request).decode() if capture is not None else ""
    except (ValueError, NotReadable, credentials.Unreadable):
        return ""


def readable(body: Body) -> bytes:
    """The request with a word in place of each image or document; raises NotReadable."""
    if body.cut:
        raise NotReadable("The request is longer than what is captured of one.")
    try:
        return msgspec.json.encode(without_media(msgspec.json.decode(body.text)))
    except msgspec.DecodeError:
        raise NotReadable("The request is no valid JSON.") from None


def without_media(value: object) -> object:
    match value:
        case {"type": "image" | "document" as kind, "source": {"type": "base64"}}:
            return {"type": "text", "text": LEFT_OUT.format(kind)}
        case dict():
            return {name: without_media(item) for name, item in value.items()}
        case [*items]:
            return [without_media(item) for item in items]
        case _:
            return value
