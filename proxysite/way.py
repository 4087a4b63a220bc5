"""The way of one request through the targets of its mapping, as long as nothing of a reply was delivered.

A failure of the backend's leads to the next target, or to the next credential where that was refused. When none is
left and the last one asked for a moment of patience, it is asked once more.
"""

from __future__ import annotations

import asyncio
import time

from conversion.errors import BackendFailure, InvalidRequest
from conversion.request.read import MessagesRequest
from proxysite.attempt import Attempt, first_attempt
from proxysite.handler import ApiRequest
from proxysite.usage_row import SESSION_HEADER
from routing import snapshot
from routing.choice import in_order
from routing.health import board
from routing.health.board import is_about_credential
from routing.health.seats import Full
from routing.resolve import plan
from routing.table import Plan, Route

MOST_TRIES = 6
MOST_SECONDS = 400.0
"""No other target is tried after that: clients give up after 600 seconds."""
PATIENCE_SECONDS = 5.0

UNKNOWN_MODEL = 404
ELSEWHERE = frozenset({402, UNKNOWN_MODEL, 429, 500, 502, 504, 529})
"""As what failures are told that another target may not have: ours to mend, the backend's, or a matter of time."""


def way_for(request: ApiRequest, message: MessagesRequest) -> Way:
    """Through the mapping that wins, in the order in which this conversation tries its targets; raises RoutingError."""
    table = request.table or snapshot.current()
    found = plan(table, request.key, message.model, table.telling(message))
    return Way(found, conversation_of(request))


def conversation_of(request: ApiRequest) -> str:
    """What stays with its target: a session of Claude Code, else all that the client asks."""
    return request.header(SESSION_HEADER) or f"client {request.key.client_id}"


class Way:
    """`route` is the one that is tried now."""

    def __init__(self, plan: Plan, conversation: str) -> None:
        self._left = in_order(plan, conversation, board.lets_through, board.busy)
        self._can_wait = len(self._left) > 1
        self._tries = 1
        self._started = time.monotonic()
        self.route = self._left.pop(0)
        self._began = board.claim(self.route)

    def __enter__(self) -> Way:
        if self.route.prefers_least_busy:
            board.begin(self.route)
        return self

    def __exit__(self, *_: object) -> None:
        if self.route.prefers_least_busy:
            board.end(self.route)

    def succeeded(self) -> None:
        board.succeeded(self.route, self._began)

    def failed(self, failure: BackendFailure) -> None:
        """Note what the backend did: neither a name that it does not know nor a seat that it lacks is trouble."""
        if is_of_the_backend(failure) and failure.status != UNKNOWN_MODEL and not isinstance(failure, Full):
            board.failed(self.route, failure, self._began)

    async def attempt_after(self, failed: Attempt, failure: BackendFailure) -> Attempt | None:
        """The same request for the next target that can take it; None where there is none, or that is no use."""
        while route := await self._next(failure):
            try:
                return await first_attempt(failed.request, failed.message, route)
            except InvalidRequest:
                continue
        return None

    async def _next(self, failure: BackendFailure) -> Route | None:
        if not is_of_the_backend(failure) or self._is_spent:
            return None
        if not is_about_credential(failure):
            self._left = [route for route in self._left if route.of != self.route.of]
        if self._left:
            self._left.sort(key=lambda route: not board.lets_through(route))
            self._go_to(self._left.pop(0))
        elif not await self._waited(failure):
            return None
        self._tries += 1
        self._began = board.claim(self.route)
        return self.route

    def _go_to(self, route: Route) -> None:
        self.__exit__()
        self.route = route
        self.__enter__()

    @property
    def _is_spent(self) -> bool:
        return self._tries >= MOST_TRIES or time.monotonic() - self._started > MOST_SECONDS

    async def _waited(self, failure: BackendFailure) -> bool:
        """Once, and only where there were other targets: a client waits by itself as well as we do."""
        if not self._can_wait or failure.retry_after is None or failure.retry_after > PATIENCE_SECONDS:
            return False
        self._can_wait = False
        await asyncio.sleep(failure.retry_after)
        return True


def is_of_the_backend(failure: BackendFailure) -> bool:
    return failure.explanation is None and failure.status in ELSEWHERE
