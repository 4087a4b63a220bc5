"""GET /metrics: for Prometheus, with a token of its own (METRICS_TOKEN)."""

from __future__ import annotations

import asyncio
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from prometheus_client import CONTENT_TYPE_LATEST

from accounting.metrics import exposition
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest

router = Router(tags=["Status"])


@router.get("/metrics", summary="Figures for Prometheus")
async def metrics(request: HttpRequest) -> HttpResponse:
    """Figures of all processes of this host. Off where no METRICS_TOKEN is set."""
    assert isinstance(request, ApiRequest)
    token: str = settings.METRICS_TOKEN
    if not token:
        raise ApiError(404, "not_found_error", "Metrics are off: METRICS_TOKEN is not set")
    sent = request.header(b"authorization").removeprefix("Bearer ")
    if not hmac.compare_digest(sent.encode(), token.encode()):
        raise ApiError(401, "authentication_error", "The token for /metrics is wrong or missing")
    return HttpResponse(await asyncio.to_thread(exposition), content_type=CONTENT_TYPE_LATEST)
