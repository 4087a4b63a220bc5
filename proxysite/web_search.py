"""Relays a reply whose model searches the web through the gateway (protocol §3.9).

Like `relay.py`, in rounds: what the model says goes to the client, what it searches for is searched for, and with what
was found it is asked again, until it answers, calls a tool of the client's, or has searched as often as it may.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.reply.events import Event
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.search.offer import SearchTerms, next_round
from conversion.search.results import Found, SearchFailed
from conversion.search.rounds import Rounds, Search
from conversion.sse import encode
from proxysite.attempt import Attempt, better_attempt, first_attempt
from proxysite.delivery import Delivery
from proxysite.judge import Judge
from proxysite.relay import Stream, Witness, asked, checked, refused
from proxysite.request_ids import new_suffix
from proxysite.usage_row import UsageRow
from routing.search import search
from routing.table import SearchEntry


async def relay_searching(attempt: Attempt, client: Delivery, row: UsageRow, judge: Judge | None) -> None:
    """Ask the backend, search, and ask again. Raises what broke it."""
    entry, terms = attempt.request.key.search, attempt.search
    assert entry is not None
    assert terms is not None
    rounds = Rounds(attempt.conversion.terms, new_suffix)
    relaying = Rounded(rounds, client, row, judge, streams=bool(attempt.message.stream))
    left = terms.max_uses
    while True:
        attempt = await relaying.round(attempt)
        found = await searched(rounds.searches, entry, terms, left)
        left -= len(found)
        await relaying.send(rounds.show(found))
        if not rounds.wants_more:
            break
        message = next_round(attempt.message, rounds.said(), rounds.told(found), last=left <= 0)
        attempt = await first_attempt(attempt.request, message, attempt.route)
    if used := terms.max_uses - left:
        row.note([Notice("web_search", f"{used} by {entry.kind}")])
    await relaying.end()


async def searched(searches: Sequence[Search], entry: SearchEntry, terms: SearchTerms, left: int) -> list[Found]:
    """What was found for each, all at once; those beyond what is left are not searched for."""
    asked = [one_search(each, entry, terms) for each in searches[: max(0, left)]]
    too_many: Found = "max_uses_exceeded"
    return [*await asyncio.gather(*asked), *(too_many for _ in searches[max(0, left) :])]


async def one_search(wanted: Search, entry: SearchEntry, terms: SearchTerms) -> Found:
    if wanted.fault is not None:
        return wanted.fault
    try:
        return await search(entry, wanted.query, terms)
    except SearchFailed as failure:
        return failure.code


class Rounded:
    """A reply of several rounds on its way to the client."""

    def __init__(self, rounds: Rounds, client: Delivery, row: UsageRow, judge: Judge | None, *, streams: bool) -> None:
        self._rounds = rounds
        self._client = client
        self._row = row
        self._judge = judge
        self._streams = streams
        self._events: list[Event] = []

    async def round(self, attempt: Attempt) -> Attempt:
        """Deliver one round, all but its end; gives the attempt that succeeded. A refusal may call for a better one."""
        try:
            self._rounds.begin(attempt.translation)
            async with aclosing(replies(attempt, self)) as pieces:
                async for events in pieces:
                    await self.send(self._rounds.take(events))
        except BackendFailure as failure:
            if better := await better_attempt(attempt, failure):
                return await self.round(better)
            raise
        attempt.learn()
        attempt.keep_states()
        return attempt

    def progress(self, _: Translation) -> None:
        """A round has come further, and all of them with it."""
        self._row.progress(self._rounds)

    async def send(self, events: list[Event]) -> None:
        self._row.progress(self._rounds)
        if self._judge is not None:
            self._judge.see(events)
        if not self._streams:
            self._events += events
        elif events:
            await self._client.write(encode(events))

    async def end(self) -> None:
        """Deliver the end, when the row is durable."""
        events = self._rounds.end()
        if self._judge is not None:
            events = await self._judge.judged(events)
            self._row.note(self._judge.notices)
        if not self._streams:
            await self._row.finish(self._rounds)
            await self._client.whole(fold(self._events + events))
            return
        await self._client.write(encode(events[:-1]))
        await self._row.finish(self._rounds)
        await self._client.end(encode(events[-1:]))


async def replies(attempt: Attempt, witness: Witness) -> AsyncGenerator[list[Event], None]:
    """The events of one round as they come."""
    conversion, translation = attempt.conversion, attempt.translation
    reply = await asked(attempt)
    try:
        if reply.status >= 300:
            yield refused(await reply.excerpt(), reply, attempt)
        elif not conversion.stream:
            yield checked(translation.feed_whole(await reply.whole()), translation)
        else:
            stream = Stream(reply, translation, witness)
            while not translation.finished:
                yield checked(await stream.next(), translation)
        reply.finish()
    finally:
        reply.close()
