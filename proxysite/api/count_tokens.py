"""POST /v1/messages/count_tokens: over system, tools and all blocks, shortened and calibrated as for the model that
would answer.

It asks no backend (protocol §7.1).
"""

from __future__ import annotations

import asyncio

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from conversion.request.read import MessagesRequest, read_count_tokens_request
from conversion.tokens import count_tokens
from proxysite.api.openapi import COUNT_TOKENS
from proxysite.handler import ApiRequest
from proxysite.shortening import shortened_now
from proxysite.tokenizer import count_text, loaded
from proxysite.way import conversation_of
from routing import snapshot
from routing.choice import in_order
from routing.errors import RoutingError
from routing.health import board
from routing.resolve import plan
from routing.table import KeyEntry, Route

router = Router(tags=["Messages"])

THREAD_BYTES = 48 * 1024
"""A body from here on is counted in a thread, so that no stream waits for it."""


@router.post("/messages/count_tokens", summary="Count the tokens of a message", openapi_extra=COUNT_TOKENS)
async def create_token_count(request: HttpRequest) -> HttpResponse:
    """Count the input tokens of a Messages request."""
    assert isinstance(request, ApiRequest)
    body, key, conversation = request.body, request.key, conversation_of(request)
    long = len(body) > THREAD_BYTES or not loaded()
    asked = (body, key, conversation)
    counted = await asyncio.to_thread(token_count, *asked) if long else token_count(*asked)
    return HttpResponse(msgspec.json.encode(counted), content_type="application/json")


def token_count(body: bytes, key: KeyEntry, conversation: str) -> dict[str, object]:
    request = read_count_tokens_request(body)
    calibration = 1.0
    if route := route_of(key, request, conversation):
        request = shortened_now(request, route).request
        calibration = route.destination.count_calibration
    tokens = max(1, round(count_tokens(request, count_text) * calibration))
    counted: dict[str, object] = {"input_tokens": tokens}
    if request.context_management is not None:
        counted["context_management"] = {"original_input_tokens": tokens}
    return counted


def route_of(key: KeyEntry, request: MessagesRequest, conversation: str) -> Route | None:
    """Where the message would go now; one whose model leads nowhere is counted all the same."""
    table = snapshot.current()
    try:
        found = plan(table, key, request.model, table.telling(request))
    except RoutingError:
        return None
    return in_order(found, conversation, board.lets_through, board.busy)[0]
