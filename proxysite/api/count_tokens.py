"""POST /v1/messages/count_tokens: an estimate over system, tools and all blocks; asks no backend (protocol §7.1)."""

from __future__ import annotations

import asyncio

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from conversion.request.read import read_count_tokens_request
from conversion.tokens import count_tokens
from proxysite.api.openapi import COUNT_TOKENS

router = Router(tags=["Messages"])

THREAD_BYTES = 256 * 1024
"""A body from here on is counted in a thread, so that no stream waits for it."""


@router.post("/messages/count_tokens", summary="Count the tokens of a message", openapi_extra=COUNT_TOKENS)
async def create_token_count(request: HttpRequest) -> HttpResponse:
    """Estimate the input tokens of a Messages request."""
    body = request.body
    counted = await asyncio.to_thread(token_count, body) if len(body) > THREAD_BYTES else token_count(body)
    return HttpResponse(msgspec.json.encode(counted), content_type="application/json")


def token_count(body: bytes) -> dict[str, object]:
    request = read_count_tokens_request(body)
    tokens = count_tokens(request)
    counted: dict[str, object] = {"input_tokens": tokens}
    if request.context_management is not None:
        counted["context_management"] = {"original_input_tokens": tokens}
    return counted
