"""One request, top to bottom: from a Messages request of a known client to a delivered and accounted reply.

read → resolve → convert → open the row → ask the backend, translate, deliver, close the row (`relay.py`)

A backend that refuses, and says how it wants to be asked, is asked again (`attempt.py`) before anything is delivered.

The HTTP status stays open until the first meaningful event of the backend, so refusals are proper statuses in the
envelope of the Messages API; after that they are `error` events. The row is in the journal before a byte goes to the
backend, and durable before the client sees the end of its reply. A client that leaves cancels all of it at once.
"""

from __future__ import annotations

import asyncio
import logging

from conversion.errors import BackendFailure
from conversion.reply.backend_errors import committed_error_type
from conversion.reply.translation import Translation
from conversion.request.read import read_messages_request
from proxysite.api.errors import as_api_error
from proxysite.asgi_types import Send
from proxysite.attempt import Attempt, better_attempt, first_attempt
from proxysite.delivery import Delivery
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest, DeferredResponse
from proxysite.lifespan import recorder
from proxysite.relay import relay
from proxysite.usage_row import UsageRow
from routing import snapshot
from routing.resolve import resolve

logger = logging.getLogger("proxysite")


class Exchange(DeferredResponse):
    """The reply to one Messages request."""

    def __init__(self, request: ApiRequest) -> None:
        super().__init__()
        self._request = request
        self._row = UsageRow(request, recorder)
        self._translation: Translation | None = None

    async def run(self, send: Send) -> None:
        client = Delivery(send, self._request.request_id)
        try:
            await self._answer(client)
        except asyncio.CancelledError:
            await self._interrupted(client)
            raise
        except Exception as exception:
            await self._failed(client, exception)
        finally:
            client.close()

    async def _answer(self, client: Delivery) -> None:
        message = read_messages_request(self._request.body)
        self._row.asks(message)
        route = resolve(snapshot.current(), self._request.key, message.model)
        if message.stream:
            client.expect_stream()
        first = await first_attempt(self._request, message, route)
        await self._row.open(route, first.conversion)
        attempt: Attempt | None = first
        while attempt is not None:
            self._translation = attempt.translation
            self._row.converted(attempt.notices)
            attempt = await self._try(attempt, client)

    async def _try(self, attempt: Attempt, client: Delivery) -> Attempt | None:
        """Ask the backend and deliver its reply. None: that was it; else the attempt that a refusal calls for."""
        try:
            await relay(attempt, client, self._row)
        except BackendFailure as failure:
            if better := await better_attempt(attempt, failure):
                return better
            raise
        return None

    async def _failed(self, client: Delivery, exception: Exception) -> None:
        error = as_api_error(exception)
        if error.status == 500 and not isinstance(exception, BackendFailure | ApiError):
            logger.exception("request %s failed", self._request.request_id)
        self._row.fail(error.status, error.type, self._translation)
        await client.fail(error, self._event_type(exception, error))

    async def _interrupted(self, client: Delivery) -> None:
        """The client left, or the process stops and cannot wait any longer."""
        if self.client_left:
            self._row.cancel(self._translation)
            return
        error = ApiError(529, "overloaded_error", "The gateway is restarting")
        self._row.fail(error.status, error.type, self._translation)
        await client.fail(error, error.type)

    def _event_type(self, exception: Exception, error: ApiError) -> str:
        if isinstance(exception, BackendFailure):
            opened = self._translation is not None and self._translation.opened
            return committed_error_type(exception, opened=opened)
        return error.type
