"""One attempt's way: ask the backend, translate what it sends, hand it to the client, close the row.

Nothing reaches the client before the first meaningful event, and the end of a reply only when its row is durable.
What breaks on the way is raised; a stream that the client already reads is ended by `exchange.py`.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from conversion.errors import BackendFailure
from conversion.repairs.generation import CALMER, failed_generation
from conversion.reply.backend_errors import backend_failure
from conversion.reply.events import Event
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.sse import encode
from proxysite.attempt import Attempt
from proxysite.delivery import Delivery
from proxysite.judge import Judge
from proxysite.rate_limits import limits_of
from proxysite.usage_row import UsageRow
from routing import upstream

TRAILING_SECONDS = 3.0
"""How long a backend that has said why it stopped may take to say what that cost (protocol §5.7)."""


async def relay(attempt: Attempt, client: Delivery, row: UsageRow, judge: Judge | None) -> None:
    """Ask the backend and deliver its reply, judged where that is wanted. Raises what broke it."""
    conversion, translation = attempt.conversion, attempt.translation
    if conversion.terms.max_tokens == 0:  # warms a cache: nothing is generated, so nobody is asked
        await deliver(translation.nothing(), attempt, client, row)
        return
    reply = await asked(attempt)
    client.limits = limits_of(reply)
    try:
        events = await reply_events(reply, attempt, client, row, judge)
        reply.finish()
        if judge is not None:
            events = await judge.judged(events)
            row.note(judge.notices)
        await deliver(events, attempt, client, row)
    finally:
        reply.close()


async def asked(attempt: Attempt) -> upstream.Reply:
    """The backend's reply, heard by the inspector where the request is captured."""
    request, conversion = attempt.request, attempt.conversion
    opening = upstream.open(attempt.route, conversion.body, stream=conversion.stream, request_id=request.request_id)
    return await (opening if request.tap is None else request.tap.asked(attempt, opening))


async def reply_events(
    reply: upstream.Reply, attempt: Attempt, client: Delivery, row: UsageRow, judge: Judge | None
) -> list[Event]:
    """The events of a finished reply, without those that the client of a stream has already."""
    translation = attempt.translation
    if reply.status >= 300:
        return refused(await reply.excerpt(), reply, attempt)
    if not attempt.conversion.stream:
        events = checked(translation.feed_whole(await reply.whole()), translation)
        if judge is not None:
            judge.see(events)
        return events
    client.backend_answers()
    stream = Stream(reply, translation, row, judge)
    return await (streamed(stream, client) if attempt.message.stream else gathered(stream))


async def streamed(stream: Stream, client: Delivery) -> list[Event]:
    """Deliver events as they come; gives the last ones, whose end waits for the row."""
    while True:
        events = await stream.next(client)
        if stream.translation.finished:
            return events
        if events:
            await client.write(encode(events))
        checked(events, stream.translation)


async def gathered(stream: Stream) -> list[Event]:
    """All events, for a client that wants the reply whole."""
    events: list[Event] = []
    while not stream.translation.finished:
        events += checked(await stream.next(), stream.translation)
    return events


async def deliver(events: list[Event], attempt: Attempt, client: Delivery, row: UsageRow) -> None:
    """Deliver a finished reply, or what is left of it; its end when the row is durable."""
    row.progress(attempt.translation)
    attempt.learn()
    attempt.keep_states()
    if not attempt.message.stream:
        await row.finish(attempt.translation)
        await client.whole(fold(events))
        return
    await client.write(encode(events[:-1]))
    await row.finish(attempt.translation)
    await client.end(encode(events[-1:]))


class Witness(Protocol):
    """Who is told how far the reply has come."""

    def progress(self, outcome: Translation) -> None: ...


class Stream:
    """A backend's stream as events: pushed on at once where nobody has to wait for that, else returned."""

    def __init__(
        self, reply: upstream.Reply, translation: Translation, row: Witness, judge: Judge | None = None
    ) -> None:
        self.translation = translation
        self._reply = reply
        self._row = row
        self._judge = judge
        self._client: Delivery | None = None
        self._left: list[Event] = []

    async def next(self, client: Delivery | None = None) -> list[Event]:
        """The next events that are not pushed. Once it has said why it ends, a backend may break off or be silent."""
        self._client = client if self._judge is None else None  # the judge sees every event
        lost: BackendFailure | None = None
        try:
            passing = self._reply.pass_to(self._take)
            ended = not await (asyncio.wait_for(passing, TRAILING_SECONDS) if self.translation.finishing else passing)
        except TimeoutError:
            ended = True
        except BackendFailure as failure:
            lost = failure
        events, self._left = self._left, []
        if lost is not None:
            events += self.translation.lose(lost)
        elif ended:
            events += self.translation.end()
        if self._judge is not None:
            self._judge.see(events)
        return events

    def _take(self, data: bytes) -> bool:
        """Translate what came, and push it on; False where there is more to do about it than that."""
        translation, client = self.translation, self._client
        ready = client is not None and client.ready
        events = translation.feed(data)
        self._row.progress(translation)
        if translation.finishing or translation.finished or translation.failure is not None or (events and not ready):
            self._left = events
            return False
        if client is not None and events:
            client.push(encode(events))
        return True


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
    if (failed := failed_generation(failure.report)) is not None:
        repeated = any(repair.kind == CALMER for repair in attempt.repairs)
        if events := attempt.translation.salvage(failed, as_text=repeated):
            return events
    if failure.explanation is None:
        raise failure
    return attempt.translation.refuse(failure.explanation)
