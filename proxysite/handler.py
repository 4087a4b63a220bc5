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
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix, set_urlconf

from proxysite.api.errors import error_response
from proxysite.asgi_types import Receive, Scope, Send
from proxysite.connection import Connection
from proxysite.envelope import ApiError
from proxysite.request_ids import new_request_uuid, request_id_text
from routing.table import KeyEntry, RoutingTable

if TYPE_CHECKING:
    from proxysite.inspector.tap import Tap

logger = logging.getLogger("proxysite")
URLCONF = "proxysite.api.urls"


class ApiRequest(ASGIRequest):
    """A request of a known client whose body is already here.

    Django's part of it (META, GET, method…) is made when something asks for it: most requests are answered without.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._body = scope["body"]
        self.request_id: str = scope["request_id"]
        self.request_uuid: UUID = scope["request_uuid"]
        self.tap: Tap | None = None  # hears it, where it is captured

    def __getattr__(self, name: str) -> Any:  # Any: whatever a request of Django's has
        if "META" in self.__dict__:
            raise AttributeError(name)
        super().__init__(self.scope, io.BytesIO())
        return getattr(self, name)

    @property
    def key(self) -> KeyEntry:
        """The client's key; the paths that are open to everybody have none."""
        entry: KeyEntry = self.scope["key"]
        return entry

    @property
    def kind(self) -> str:
        """What its usage record says that it is."""
        kind: str = self.scope.get("kind", "message")
        return kind

    @property
    def parent(self) -> UUID | None:
        """The request that this one is made for by the gateway itself."""
        parent: UUID | None = self.scope.get("parent")
        return parent

    @property
    def table(self) -> RoutingTable | None:
        """What it is resolved by, where that is not the service's own table."""
        table: RoutingTable | None = self.scope.get("table")
        return table

    def asking(self, body: bytes, kind: str) -> ApiRequest:
        """The same client's request with another body, of another kind, whose reply the gateway itself reads."""
        return ApiRequest({**self.scope, "body": body, "kind": kind, "connection": None})

    def errand(self, body: bytes, kind: str) -> ApiRequest:
        """A request beside this one and for its sake, with a row of its own."""
        uuid = new_request_uuid()
        own = {"request_uuid": uuid, "request_id": request_id_text(uuid), "parent": self.request_uuid}
        return ApiRequest({**self.asking(body, kind).scope, **own})

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

    def __init__(self) -> None:
        """Nothing of Django's response is used."""

    @abstractmethod
    async def run(self, send: Send) -> None:
        """Send head and body."""


Operation = Callable[[ApiRequest], Awaitable[HttpResponseBase]]
"""The function that a URL stands for."""


class ApiHandler(ASGIHandler):
    """From an ASGI scope that the guard let through to a sent response.

    `direct` are operations, by method and path, that take nothing but the request and give what they are to send: for
    those neither URLs nor ninja have anything to add.
    """

    def __init__(self, direct: Mapping[tuple[str, str], Operation] | None = None) -> None:
        super().__init__()
        self._direct = direct or {}

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        request = ApiRequest(scope)
        operation = self._direct.get((scope["method"], scope["path"]))
        response = await (operation(request) if operation else self.respond(request))
        if isinstance(response, DeferredResponse):
            await run_while_connected(response, scope, receive, send)
        else:
            response.headers.setdefault("request-id", request.request_id)
            await self.send_response(response, send)

    async def respond(self, request: ApiRequest) -> HttpResponseBase:
        """The view's response; whatever it raises becomes an error in the envelope."""
        set_script_prefix(request.scope.get("root_path", "") or "/")
        set_urlconf(URLCONF)
        request.urlconf = URLCONF
        try:
            callback, arguments, keywords = self.resolve_request(request)
            response: HttpResponseBase = await callback(request, *arguments, **keywords)
        except Http404:
            missing = ApiError(404, "not_found_error", what_is_missing(request))
            missing.headers["x-should-retry"] = "false"
            return error_response(missing, request.request_id)
        except Exception as exception:
            return error_response(exception, request.request_id)
        if response.status_code == 405:
            wrong = ApiError(405, "invalid_request_error", f"{request.path[:200]} does not take {request.method}")
            wrong.headers["allow"] = response.headers.get("Allow", "POST")
            return error_response(wrong, request.request_id)
        return response


def what_is_missing(request: ApiRequest) -> str:
    """Batches are the one thing that SDKs offer beside the messages themselves, so that they are named."""
    if request.path.startswith("/v1/messages/batches"):
        return "message batches are not available through this gateway"
    return f"Not found: {request.method} {request.path[:200]}"


async def run_while_connected(response: DeferredResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the response run; when the client leaves, cancel it at once (its backend call must not run on)."""
    task = asyncio.current_task()
    assert task is not None

    def leave() -> None:
        response.client_left = True
        task.cancel()

    connection: Connection | None = scope.get("connection")
    watcher: asyncio.Task[None] | None = None
    if connection is not None:
        connection.watch(leave)
    else:  # another server's, which tells only those who wait for it
        watcher = asyncio.get_running_loop().create_task(watch(receive, leave))
    try:
        await response.run(send)
    except asyncio.CancelledError:
        if not response.client_left:
            raise
    finally:
        if connection is not None:
            connection.unwatch(leave)
        elif watcher is not None:
            watcher.cancel()


async def watch(receive: Receive, leave: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    leave()
