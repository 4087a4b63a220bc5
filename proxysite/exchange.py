"""One request, top to bottom: from a Messages request of a known client to a delivered and accounted reply.

read → resolve → convert → open the row → ask the backend → translate → deliver → close the row

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

from django.conf import settings

from conversion.errors import BackendFailure
from conversion.reply.backend_errors import backend_failure, committed_error_type
from conversion.reply.events import Event
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.request.convert import Conversion, convert_request
from conversion.request.identity import cache_keys
from conversion.request.read import MessagesRequest, read_messages_request
from conversion.sse import encode
from proxysite.api.errors import as_api_error
from proxysite.asgi_types import Send
from proxysite.delivery import Delivery
from proxysite.envelope import ApiError
from proxysite.handler import ApiRequest, DeferredResponse
from proxysite.lifespan import recorder
from proxysite.request_ids import new_message_id, new_suffix
from proxysite.usage_row import AGENT_HEADER, SESSION_HEADER, UsageRow
from routing import snapshot, upstream
from routing.resolve import resolve
from routing.table import Route

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
        conversion = self._convert(message, route)
        await self._row.open(route, conversion)
        translation = self._translate(conversion, route)
        async with aclosing(self._events(route, conversion, translation, client)) as events:
            if message.stream:
                client.expect_stream()
                await self._stream(events, translation, client)
            else:
                await self._whole(events, translation, client)

    async def _events(
        self, route: Route, conversion: Conversion, translation: Translation, client: Delivery
    ) -> AsyncGenerator[list[Event], None]:
        """Ask the backend; its reply as events, in lists as they come. Raises what broke it."""
        if conversion.terms.max_tokens == 0:  # warms a cache: nothing is generated, so nobody is asked
            yield translation.nothing()
            return
        reply = await upstream.open(
            route, conversion.body, stream=conversion.stream, request_id=self._request.request_id
        )
        try:
            if reply.status >= 300:
                yield refused(await reply.excerpt(), reply, translation, conversion, route)
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

    async def _stream(self, replies: AsyncIterator[list[Event]], translation: Translation, client: Delivery) -> None:
        async for events in replies:
            self._row.progress(translation)
            if not translation.finished:
                await client.write(encode(events))
                continue
            await client.write(encode(events[:-1]))
            await self._row.finish(translation)
            await client.end(encode(events[-1:]))

    async def _whole(self, replies: AsyncIterator[list[Event]], translation: Translation, client: Delivery) -> None:
        collected: list[Event] = []
        async for events in replies:
            self._row.progress(translation)
            collected += events
        await self._row.finish(translation)
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

    def _convert(self, message: MessagesRequest, route: Route) -> Conversion:
        request = self._request
        keys = cache_keys(
            message,
            session_id=request.header(SESSION_HEADER),
            agent_id=request.header(AGENT_HEADER),
            client=request.key.client_name,
        )
        return convert_request(
            message, route.destination, secret=settings.SIGNATURE_SECRET, keys=keys, betas=betas(request)
        )

    def _translate(self, conversion: Conversion, route: Route) -> Translation:
        self._translation = Translation(
            conversion.terms,
            route.destination,
            secret=settings.SIGNATURE_SECRET,
            message_id=new_message_id(),
            new_suffix=new_suffix,
        )
        return self._translation


def betas(request: ApiRequest) -> frozenset[str]:
    """The flags of `anthropic-beta`: a comma list, with or without spaces, in one header or several."""
    values = [value for name, value in request.scope["headers"] if name == b"anthropic-beta"]
    flags = b",".join(values).decode("latin-1").split(",")
    return frozenset(flag.strip() for flag in flags)


async def next_events(reply: upstream.Reply, translation: Translation) -> list[Event]:
    """The events of what the backend sends next. It may break off, or be silent, once it has said why it ended."""
    try:
        async with asyncio.timeout(TRAILING_SECONDS if translation.finishing else None):
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


def refused(
    body: bytes, reply: upstream.Reply, translation: Translation, conversion: Conversion, route: Route
) -> list[Event]:
    """A status that is no success: a Message when the content was refused (protocol §6.2, E11), else an error."""
    failure = backend_failure(
        reply.status,
        reply.headers,
        body,
        terms=conversion.terms,
        destination=route.destination,
        now=time.time(),
    )
    if failure.explanation is None:
        raise failure
    return translation.refuse(failure.explanation)
