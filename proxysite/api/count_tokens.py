"""POST /v1/messages/count_tokens: over system, tools and all blocks, calibrated for the model that would answer.

It asks no backend (protocol §7.1).
"""

from __future__ import annotations

import asyncio

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from conversion.request.read import read_count_tokens_request
from conversion.tokens import count_tokens
from proxysite.api.openapi import COUNT_TOKENS
from proxysite.handler import ApiRequest
from proxysite.tokenizer import count_text
from routing import snapshot
from routing.errors import RoutingError
from routing.resolve import resolve
from routing.table import KeyEntry

router = Router(tags=["Messages"])

THREAD_BYTES = 48 * 1024
"""A body from here on is counted in a thread, so that no stream waits for it."""


@router.post("/messages/count_tokens", summary="Count the tokens of a message", openapi_extra=COUNT_TOKENS)
async def create_token_count(request: HttpRequest) -> HttpResponse:
    """Count the input tokens of a Messages request."""
    assert isinstance(request, ApiRequest)
    body, key = request.body, request.key
    large = len(body) > THREAD_BYTES
    counted = await asyncio.to_thread(token_count, body, key) if large else token_count(body, key)
    return HttpResponse(msgspec.json.encode(counted), content_type="application/json")


def token_count(body: bytes, key: KeyEntry) -> dict[str, object]:
    request = read_count_tokens_request(body)
    tokens = max(1, round(count_tokens(request, count_text) * calibration(key, request.model)))
    counted: dict[str, object] = {"input_tokens": tokens}
    if request.context_management is not None:
        counted["context_management"] = {"original_input_tokens": tokens}
    return counted


def calibration(key: KeyEntry, model: str) -> float:
    """That of the model which the key gets under this name; a name that leads nowhere is counted all the same."""
    try:
        return resolve(snapshot.current(), key, model).destination.count_calibration
    except RoutingError:
        return 1.0
