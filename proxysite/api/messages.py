"""POST /v1/messages: hands the request to its exchange."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from proxysite.api.openapi import MESSAGES
from proxysite.exchange import Exchange
from proxysite.handler import ApiRequest

router = Router(tags=["Messages"])


@router.post("/messages", summary="Create a message", openapi_extra=MESSAGES)
async def create_message(request: HttpRequest) -> Exchange:
    """Convert, route and answer a Messages request, streamed or whole."""
    assert isinstance(request, ApiRequest)
    return Exchange(request)
