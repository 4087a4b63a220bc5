"""Probes: answered without a key, without the database, to every method that a client probes with."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from proxysite.api.model_list import answer
from proxysite.envelope import ApiError
from proxysite.lifespan import ready

router = Router(tags=["Status"])
PROBE = ["GET", "HEAD"]


@router.api_operation(PROBE, "/", summary="Is anybody there", include_in_schema=False)
@router.api_operation(PROBE, "/v1", include_in_schema=False)
@router.api_operation(PROBE, "/api/hello", include_in_schema=False)
@router.api_operation(PROBE, "/healthz", include_in_schema=False)
@router.api_operation(PROBE, "/health", summary="Is the process alive")
async def health(request: HttpRequest) -> object:
    """The process answers."""
    return answer({"status": "ok", "service": "claude-code-proxy"})


@router.api_operation(PROBE, "/readyz", include_in_schema=False)
@router.api_operation(PROBE, "/ready", summary="Can requests be served")
async def readiness(request: HttpRequest) -> object:
    """200 between start-up and shutdown, 503 around them: for load balancers."""
    if not ready():
        raise ApiError(503, "api_error", "The service is starting or stopping")
    return answer({"status": "ready"})
