"""The ASGI entry: the API on a lean path of its own, everything else through Django's stock handler."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proxysite.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # first: it sets Django up, which the imports below need

from proxysite.api.messages import create_message
from proxysite.asgi_types import Receive, Scope, Send
from proxysite.guard import Guard
from proxysite.handler import ApiHandler
from proxysite.lifespan import lifespan

api = Guard(ApiHandler({("POST", "/v1/messages"): create_message}))
API_PATHS = frozenset(
    {"/", "/v1", "/api/hello", "/health", "/healthz", "/ready", "/readyz", "/metrics", "/test-connection"}
)
API_PREFIXES = ("/v1/", "/api/", "/.well-known/", "/managed/")
"""What clients ask for, be it there or not: they understand an error in the envelope only."""


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    if scope["type"] != "http":
        raise ValueError(f"no {scope['type']} here")
    path = plain_path(scope["path"])
    if path in API_PATHS or path.startswith(API_PREFIXES):
        await api(scope if path == scope["path"] else {**scope, "path": path}, receive, send)
    else:
        await pages(scope, receive, send)


def plain_path(path: str) -> str:
    """The path without a second `/v1` (base URLs often end in one) and without a slash at its end: no redirects."""
    plain = path.rstrip("/")
    return plain[3:] if plain.startswith("/v1/v1/") or plain == "/v1/v1" else plain or "/"
