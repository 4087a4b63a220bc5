"""The heads of requests to backends: made once for a route, since all but the id and the length is always the same."""

from __future__ import annotations

from typing import NamedTuple

import httpx

from routing.endpoints import completions_url, request_headers
from routing.table import BackendEntry, Route
from routing.transport import Origin, origin_of

HEADS_REMEMBERED = 1024
OWN_HEADERS = frozenset({"x-request-id", "content-length", "transfer-encoding"})
"""Those that only the request itself can have."""


class UsualHead(NamedTuple):
    """The head of a request, but for the headers that each request has its own."""

    backend: BackendEntry
    origin: Origin
    lines: bytes


_heads: dict[tuple[int, str, str, str, bool], UsualHead] = {}


def usual_head(route: Route, *, stream: bool) -> UsualHead:
    """The same for all requests of a route; remembered for the very entry of its backend, which is never changed."""
    backend, wire = route.backend, route.destination.profile.wire
    key = (id(backend), route.model, wire, route.credential, stream)
    known = _heads.get(key)
    if known is None or known.backend is not backend:
        if len(_heads) >= HEADS_REMEMBERED:
            _heads.clear()
        known = _heads[key] = made_head(route, stream=stream)
    return known


def made_head(route: Route, *, stream: bool) -> UsualHead:
    url = httpx.URL(completions_url(route.backend, route.model, route.destination.profile.wire))
    headers = {
        "host": url.netloc.decode("ascii"),
        **request_headers(route.backend, route.credential),
        "content-type": "application/json",
        "accept": "text/event-stream" if stream else "application/json",
        "accept-encoding": "identity",
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if name not in OWN_HEADERS]
    text = "\r\n".join([f"POST {url.raw_path.decode('ascii')} HTTP/1.1", *lines, ""])
    return UsualHead(route.backend, origin_of(url), text.encode(errors="replace"))
