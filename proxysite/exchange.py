"""One request, top to bottom: from a Messages request of a known client to a delivered and accounted reply.

read → resolve → shorten → convert → budgets → open the row → ask the backend, translate, deliver, close the row
(`relay.py`)

As long as nothing is delivered, a backend that refuses, and says how it wants to be asked, is asked again
(`attempt.py`), and where one fails, the next target of the mapping is asked (`way.py`).

The HTTP status stays open until the first meaningful event of the backend, so refusals are proper statuses in the
envelope of the Messages API; after that they are `error` events. The row is in the journal before a byte goes to the
backend, and durable before the client sees the end of its reply. A client that leaves cancels all of it at once.
"""

from __future__ import annotations

import asyncio
import logging

from msgspec.structs import replace

from conversion.errors import BackendFailure
from conversion.reply.backend_errors import committed_error_type
from conversion.reply.translation import Translation
from conversion.request.read import MessagesRequest, read_messages_request
from proxysite.api.errors import as_api_error
from proxysite.asgi_types import Send
from proxysite.attempt import Attempt, better_attempt, first_attempt
from proxysite.delivery import Delivery
from proxysite.ear import Ear, Heard
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest, DeferredResponse
from proxysite.inspector.tap import CAPTURED, capture
from proxysite.judge import judge_for
from proxysite.large_bodies import beside_streams
from proxysite.lifespan import recorder
from proxysite.relay import relay
from proxysite.shortening import shortened_for
from proxysite.usage_row import UsageRow
from proxysite.way import Way, way_for
from proxysite.web_search import relay_searching
from routing.health.seating import seat

logger = logging.getLogger("proxysite")


class Exchange(DeferredResponse):
    """The reply to one Messages request."""

    def __init__(self, request: ApiRequest) -> None:
        super().__init__()
        self._request = request
        self._row = UsageRow(request, recorder)
        self._translation: Translation | None = None

    async def run(self, send: Send) -> None:
        client = Delivery(send, self._request.request_id, self._request.scope.get("connection"))
        if (until := self._request.key.capture_until) is not None:
            capture(self._request, client, until)
        try:
            await self._answer(client)
        except asyncio.CancelledError:
            await self._interrupted(client)
            raise
        except Exception as exception:
            await self._failed(client, exception)
        finally:
            client.close()
            if self._request.tap is not None:
                self._request.tap.end()

    async def _answer(self, client: Delivery) -> None:
        body = self._request.body
        message = await beside_streams(len(body), lambda: read_messages_request(body))
        self._row.asks(message)
        judge_for(self._request.key.judge, message, self._ask_judge)
        if message.stream:
            client.expect_stream()
        with way_for(self._request, message) as way:
            await self._go(way, message, client)

    async def _go(self, way: Way, message: MessagesRequest, client: Delivery) -> None:
        """From target to target, until one has answered."""
        short = await shortened_for(self._request, message, way.route, errand)
        self._row.shortened(short)
        first = await self._admitted(await first_attempt(self._request, short.request, way.route))
        self._row.open(way.route, first.conversion)
        attempt: Attempt | None = first
        while attempt is not None:
            self._translation = attempt.translation
            self._row.converted(attempt.notices)
            attempt = await self._try(attempt, client, way)
        way.succeeded()

    async def _admitted(self, attempt: Attempt) -> Attempt:
        """The attempt with as many tokens of output as the client's budgets have for it; raises Refusal."""
        admission = await self._row.admit(attempt.route, attempt.conversion)
        if admission.max_tokens is None:
            return attempt
        message = replace(attempt.message, max_tokens=admission.max_tokens)
        return await first_attempt(self._request, message, attempt.route)

    async def _try(self, attempt: Attempt, client: Delivery, way: Way) -> Attempt | None:
        """Ask the backend and deliver its reply. None: that was it; else the attempt that its failure calls for."""
        judge = judge_for(self._request.key.judge, attempt.message, self._ask_judge)
        if (until := attempt.route.backend.capture_until) is not None:
            capture(self._request, client, until)
        if self._request.tap is not None:
            self._row.note([CAPTURED])
        relaying = relay if attempt.search is None else relay_searching
        try:
            if attempt.route.backend.max_concurrent is None:
                await relaying(attempt, client, self._row, judge)
            else:
                async with seat(attempt.route.backend, self._request.key.client_id):
                    await relaying(attempt, client, self._row, judge)
        except BackendFailure as failure:
            if better := await better_attempt(attempt, failure):
                return better
            way.failed(failure)
            if client.begun or (other := await way.attempt_after(attempt, failure)) is None:
                raise
            client.limits = []
            self._row.moved(attempt, failure, other)
            return other
        return None

    async def _ask_judge(self, question: bytes) -> Heard:
        """Put the calls of the reply before the judge, in an exchange of their own."""
        return await errand(self._request.errand(question, "judge"))

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


async def errand(request: ApiRequest) -> Heard:
    """Answer a request of the gateway's own. Should it be cancelled, then because nobody waits for it any more."""
    ear = Ear()
    exchange = Exchange(request)
    exchange.client_left = True
    await exchange.run(ear)
    return ear.heard
