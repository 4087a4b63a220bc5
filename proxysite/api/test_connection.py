"""GET /test-connection: one small message through everything that a real one passes, for the key that asks."""

from __future__ import annotations

from time import monotonic

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from proxysite.api.openapi import TEST_CONNECTION
from proxysite.asgi_types import Message
from proxysite.exchange import Exchange
from proxysite.handler import ApiRequest

router = Router(tags=["Status"])

MODEL = "claude-haiku-4-5"
QUESTION = msgspec.json.encode(
    {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": "Answer with the single word: ok"}]}
)


class Heard:
    """An ASGI `send` that keeps the reply."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""

    async def __call__(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


@router.get("/test-connection", summary="Ask the backend one small question", openapi_extra=TEST_CONNECTION)
async def ask_backend(request: HttpRequest) -> HttpResponse:
    """What the backend of this key's haiku route answers, and how fast. It costs a few tokens."""
    assert isinstance(request, ApiRequest)
    heard = Heard()
    started = monotonic()
    await Exchange(request.asking(QUESTION)).run(heard)
    report = {
        "status": "success" if heard.status == 200 else "failed",
        "model": MODEL,
        "duration_ms": round((monotonic() - started) * 1000),
        "answer": msgspec.Raw(heard.body),
    }
    return HttpResponse(msgspec.json.encode(report), status=heard.status, content_type="application/json")
