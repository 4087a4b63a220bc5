"""A Content-Security-Policy for the pages: nothing from elsewhere, nothing inline, in nobody's frame.

Names of models, clients and sessions come from clients; should one ever get into a page unescaped, it stays text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class ContentSecurityMiddleware:
    """Adds the policy to every page; asynchronous, so that no thread is needed for it."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        response = await self._get_response(request)
        response.headers.setdefault("content-security-policy", POLICY)
        return response
