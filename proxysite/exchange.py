"""One request, top to bottom: from a Messages request of a known client to a delivered and accounted reply.

read → resolve → convert → open the row → ask the backend → translate → deliver → close the row

A backend that refuses, and says how it wants to be asked, is asked again (`attempt.py`) before anything is delivered.

The HTTP status stays open until the first meaningful event of the backend, so refusals are proper statuses in the
envelope of the Messages API; after that they are `error` events. The row is in the journal before a byte goes to the
backend, and durable before the client sees the end of its reply. A client that leaves cancels all of it at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from conversion.errors import BackendFailure
from conversion.reply.backend_errors import backend_failure, committed_error_type
from conversion.reply.events import Event
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.request.read import read_messages_request
from conversion.sse import encode
from proxysite.api.errors import as_api_error
from proxysite.asgi_types import Send
from proxysite.attempt import Attempt, better_attempt, first_attempt
from proxysite.delivery import Delivery
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest, DeferredResponse
from proxysite.lifespan import recorder
from proxysite.usage_row import UsageRow
from routing import snapshot, upstream
from routing.resolve import resolve

logger = logging.getLogger("proxysite")

TRAILING_SECONDS = 3.0
"""How long a backend that has said why it stopped may take to say what that cost (protocol §5.7)."""


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
            async with aclosing(self._events(attempt, client)) as events:
                if attempt.message.stream:
                    await self._stream(events, attempt, client)
                else:
                    await self._whole(events, attempt, client)
        except BackendFailure as failure:
            if better := await better_attempt(attempt, failure):
                return better
            raise
        return None

    async def _events(self, attempt: Attempt, client: Delivery) -> AsyncGenerator[list[Event], None]:
        """Ask the backend; its reply as events, in lists as they come. Raises what broke it."""
        conversion, translation = attempt.conversion, attempt.translation
        if conversion.terms.max_tokens == 0:  # warms a cache: nothing is generated, so nobody is asked
            yield translation.nothing()
            return
        reply = await upstream.open(
            attempt.route, conversion.body, stream=conversion.stream, request_id=self._request.request_id
        )
        try:
            if reply.status >= 300:
                body = await reply.excerpt()
                reply.finish()
                yield refused(body, reply, attempt)
            elif not conversion.stream:
                yield checked(translation.feed_whole(await reply.whole()), translation)
            else:
                client.backend_answers()
                while not translation.finished:
                    if events := await next_events(reply, translation):
                        yield events
                    checked([], translation)
            reply.finish()
        finally:
            reply.close()

    async def _stream(self, replies: AsyncIterator[list[Event]], attempt: Attempt, client: Delivery) -> None:
        translation = attempt.translation
        async for events in replies:
            self._row.progress(translation)
            if not translation.finished:
                await client.write(encode(events))
                continue
            attempt.learn()
            await client.write(encode(events[:-1]))
            await self._row.finish(translation)
            await client.end(encode(events[-1:]))

    async def _whole(self, replies: AsyncIterator[list[Event]], attempt: Attempt, client: Delivery) -> None:
        collected: list[Event] = []
        async for events in replies:
            self._row.progress(attempt.translation)
            collected += events
        attempt.learn()
        await self._row.finish(attempt.translation)
        await client.whole(fold(collected))

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


async def next_events(reply: upstream.Reply, translation: Translation) -> list[Event]:
    """The events of what the backend sends next. It may break off, or be silent, once it has said why it ended."""
    try:
        if translation.finishing:
            data = await asyncio.wait_for(reply.read(), TRAILING_SECONDS)
        else:
            data = await reply.read()
    except TimeoutError:
        data = b""
    except BackendFailure as failure:
        return translation.lose(failure)
    return translation.feed(data) if data else translation.end()


def checked(events: list[Event], translation: Translation) -> list[Event]:
    """The events of a whole reply, or what broke it."""
    if translation.failure is not None:
        raise translation.failure
    return events


def refused(body: bytes, reply: upstream.Reply, attempt: Attempt) -> list[Event]:
    """A status that is no success: a Message when the content was refused (protocol §6.2, E11), else an error."""
    failure = backend_failure(
        reply.status,
        reply.headers,
        body,
        terms=attempt.conversion.terms,
        destination=attempt.route.destination,
        now=time.time(),
    )
    if failure.explanation is None:
        raise failure
    return attempt.translation.refuse(failure.explanation)
