"""GET /test-connection: one small message through everything that a real one passes, for the key that asks."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from proxysite.api.openapi import TEST_CONNECTION
from proxysite.handler import ApiRequest
from proxysite.probe import probe

router = Router(tags=["Status"])

MODEL = "claude-haiku-4-5"


@router.get("/test-connection", summary="Ask the backend one small question", openapi_extra=TEST_CONNECTION)
async def ask_backend(request: HttpRequest) -> HttpResponse:
    """What the backend of this key's haiku route answers, and how fast. It costs a few tokens."""
    assert isinstance(request, ApiRequest)
    probed = await probe(request, MODEL)
    heard = probed.heard
    report = {
        "status": "success" if heard.status == 200 else "failed",
        "model": MODEL,
        "duration_ms": probed.milliseconds,
        "answer": msgspec.Raw(heard.body),
    }
    return HttpResponse(msgspec.json.encode(report), status=heard.status, content_type="application/json")
