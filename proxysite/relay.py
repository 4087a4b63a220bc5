"""One attempt's way: ask the backend, translate what it sends, hand it to the client, close the row.

Nothing reaches the client before the first meaningful event, and the end of a reply only when its row is durable.
What breaks on the way is raised; a stream that the client already reads is ended by `exchange.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from conversion.errors import BackendFailure
from conversion.reply.backend_errors import backend_failure
from conversion.reply.events import Event
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.sse import encode
from proxysite.attempt import Attempt
from proxysite.delivery import Delivery
from proxysite.usage_row import UsageRow
from routing import upstream

TRAILING_SECONDS = 3.0
"""How long a backend that has said why it stopped may take to say what that cost (protocol §5.7)."""


async def relay(attempt: Attempt, client: Delivery, row: UsageRow) -> None:
    """Ask the backend and deliver its reply. Raises what broke it."""
    async with aclosing(backend_events(attempt, client)) as events:
        if attempt.message.stream:
            await stream(events, attempt, client, row)
        else:
            await whole(events, attempt, client, row)


async def backend_events(attempt: Attempt, client: Delivery) -> AsyncGenerator[list[Event], None]:
    """The backend's reply as events, in lists as they come."""
    conversion, translation = attempt.conversion, attempt.translation
    if conversion.terms.max_tokens == 0:  # warms a cache: nothing is generated, so nobody is asked
        yield translation.nothing()
        return
    reply = await upstream.open(
        attempt.route, conversion.body, stream=conversion.stream, request_id=attempt.request.request_id
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


async def stream(replies: AsyncIterator[list[Event]], attempt: Attempt, client: Delivery, row: UsageRow) -> None:
    """Deliver the events as they come, the last one when the row is durable."""
    translation = attempt.translation
    async for events in replies:
        row.progress(translation)
        if not translation.finished:
            await client.write(encode(events))
            continue
        attempt.learn()
        await client.write(encode(events[:-1]))
        await row.finish(translation)
        await client.end(encode(events[-1:]))


async def whole(replies: AsyncIterator[list[Event]], attempt: Attempt, client: Delivery, row: UsageRow) -> None:
    """Deliver all of it as one JSON body."""
    collected: list[Event] = []
    async for events in replies:
        row.progress(attempt.translation)
        collected += events
    attempt.learn()
    await row.finish(attempt.translation)
    await client.whole(fold(collected))


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
