"""GET /v1/usage: what the key's client used, and what is left; for status lines and scripts, so it may be asked often.

The database is read in a thread, and what it said is good for all who ask with the same key within some seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic

import msgspec
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounting.key_usage import key_usage, usage_line
from proxysite.api.openapi import USAGE
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest
from routing.table import KeyEntry

router = Router(tags=["Usage"])

GOOD_FOR_SECONDS = 5.0
REMEMBERED = 1000

_answers: dict[tuple[int, str], tuple[float, asyncio.Task[bytes]]] = {}
"""By key and form: since when, and the answer or the search for it."""


@router.get("/usage", summary="What this key's client used", openapi_extra=USAGE)
async def own_usage(request: HttpRequest) -> HttpResponse:
    """Today, this month and in all, and the budgets; as JSON, or in one line for those who prefer `text/plain`."""
    assert isinstance(request, ApiRequest)
    form = "text/plain" if request.header(b"accept").startswith("text/plain") else "application/json"
    answer = await remembered(request.key, form)
    return HttpResponse(answer, content_type=f"{form}; charset=utf-8" if form == "text/plain" else form)


async def remembered(key: KeyEntry, form: str) -> bytes:
    """Everybody who asks while the database is read shares that reading; one of them leaving does not end it."""
    now = monotonic()
    since, search = _answers.get((key.id, form), (0.0, None))
    if search is None or now - since > GOOD_FOR_SECONDS:
        if len(_answers) >= REMEMBERED:
            _answers.clear()
        search = asyncio.create_task(asyncio.to_thread(read, key, form))
        _answers[key.id, form] = (now, search)
    try:
        return await asyncio.shield(search)
    except DatabaseError:
        _answers.pop((key.id, form), None)
        message = "The usage cannot be read at the moment."
        raise ApiError(503, "api_error", message, headers={"retry-after": "5"}) from None


def read(key: KeyEntry, form: str) -> bytes:
    """In a thread that serves anybody next: it keeps no connection."""
    try:
        return READERS[form](key)
    finally:
        connections.close_all()


READERS: Mapping[str, Callable[[KeyEntry], bytes]] = {
    "application/json": lambda key: msgspec.json.encode(key_usage(key)),
    "text/plain": lambda key: f"{usage_line(key)}\n".encode(),
}
