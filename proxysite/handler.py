"""Django's handler without what a request of the API does not need: no middleware, no thread, no spooled body.

Django's stock ASGIHandler starts a thread per request (ThreadSensitiveContext), two signals and a second task: several
times the cost of the whole conversion. URLs, views and ninja stay as they are; `routing` and the accounting never
touch the ORM on this path, so there is nothing for those threads to do.
"""

from __future__ import annotations

import asyncio
import io
import logging
from abc import abstractmethod
from typing import Any
from uuid import UUID

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix, set_urlconf

from proxysite.api.errors import error_response
from proxysite.asgi_types import Receive, Scope, Send
from proxysite.envelope import ApiError
from routing.table import KeyEntry

logger = logging.getLogger("proxysite")
URLCONF = "proxysite.api.urls"


class ApiRequest(ASGIRequest):
    """A request of a known client whose body is already here."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, io.BytesIO())
        self._body = scope["body"]
        self.request_id: str = scope["request_id"]
        self.request_uuid: UUID = scope["request_uuid"]

    @property
    def key(self) -> KeyEntry:
        """The client's key; the paths that are open to everybody have none."""
        entry: KeyEntry = self.scope["key"]
        return entry

    def asking(self, body: bytes) -> ApiRequest:
        """The same client's request with another body."""
        return ApiRequest({**self.scope, "body": body})

    def header(self, name: bytes) -> str:
        """The first header of that name, printable; empty when there is none."""
        for key, value in self.scope["headers"]:
            if key == name:
                return "".join(character for character in value.decode("latin-1") if character.isprintable())
        return ""


class DeferredResponse(HttpResponseBase):
    """A response that sends itself, because only its course tells its status."""

    streaming = True
    client_left = False

    @abstractmethod
    async def run(self, send: Send) -> None:
        """Send head and body."""


class ApiHandler(ASGIHandler):
    """From an ASGI scope that the guard let through to a sent response."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        set_script_prefix(scope.get("root_path", "") or "/")
        request = ApiRequest(scope)
        response = await self.respond(request)
        if isinstance(response, DeferredResponse):
            await run_while_connected(response, receive, send)
        else:
            response.headers.setdefault("request-id", request.request_id)
            await self.send_response(response, send)

    async def respond(self, request: ApiRequest) -> HttpResponseBase:
        """The view's response; whatever it raises becomes an error in the envelope."""
        set_urlconf(URLCONF)
        request.urlconf = URLCONF
        try:
            callback, arguments, keywords = self.resolve_request(request)
            response: HttpResponseBase = await callback(request, *arguments, **keywords)
        except Http404:
            missing = ApiError(404, "not_found_error", f"Not found: {request.method} {request.path[:200]}")
            missing.headers["x-should-retry"] = "false"
            return error_response(missing, request.request_id)
        except Exception as exception:
            return error_response(exception, request.request_id)
        if response.status_code == 405:
            wrong = ApiError(405, "invalid_request_error", f"{request.path[:200]} does not take {request.method}")
            wrong.headers["allow"] = response.headers.get("Allow", "POST")
            return error_response(wrong, request.request_id)
        return response


async def run_while_connected(response: DeferredResponse, receive: Receive, send: Send) -> None:
    """Let the response run; when the client leaves, cancel it at once (its backend call must not run on)."""
    task = asyncio.current_task()
    assert task is not None

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        response.client_left = True
        task.cancel()

    watcher = asyncio.get_running_loop().create_task(watch())
    try:
        await response.run(send)
    except asyncio.CancelledError:
        if not response.client_left:
            raise
    finally:
        watcher.cancel()
