"""Summaries of guidance: one for all processes and clients, made once and the same from then on.

A request finds those that are there in memory. For one that is not there, the first process writes a row and asks a
model; all others wait for that row. A row is leased to who works on it, so that a process that died blocks nobody.
After a failure nobody asks again for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import ParamSpec, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from django.db.models import F, Sum
from django.utils import timezone

from conversion.estimates import estimate_text
from routing.models import PromptSummary

logger = logging.getLogger("routing")

REMEMBERED = 1_000
LEASE = timedelta(seconds=150)
PATIENCE_SECONDS = 120.0
"""How long a model may take; shorter than the lease, so that never two of them are asked."""
PAUSE = timedelta(seconds=60)
"""How long nobody asks again after a failure."""
POLL_SECONDS = 0.25
WRITE_HITS_EVERY = 30.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A summary that a request could use, and by what it is known."""

    digest: str
    model: str
    guidance: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a question to a model: a text, or why there is none; `request_id` is its row of usage."""

    request_id: UUID | None = None
    text: str = ""
    failure: str = ""


Ask = Callable[[], Awaitable[Answer]]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Summaries:
    """Those that this process knows, and those that it is at work on."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._work: dict[str, asyncio.Task[str | None]] = {}
        self._resting: dict[str, float] = {}
        self._hits: Counter[str] = Counter()
        self._seen: int | None = None
        self._written = monotonic()

    def known(self, digest: str) -> str | None:
        """The text, if it is here: no question, no wait."""
        return self._texts.get(digest)

    def note_use(self, digest: str) -> None:
        """Count a request that it was of use to."""
        self._hits[digest] += 1

    async def text(self, wanted: Wanted, ask: Ask, patience: float) -> str | None:
        """The text, after `patience` seconds at most; the work on it goes on when they are over."""
        if (text := self.known(wanted.digest)) is not None:
            return text
        if self._resting.get(wanted.digest, 0.0) > monotonic():
            return None
        work = self._work.get(wanted.digest)
        if work is None:
            work = asyncio.get_running_loop().create_task(self._obtained(wanted, ask))
            self._work[wanted.digest] = work
            work.add_done_callback(lambda _: self._work.pop(wanted.digest, None))
        done, _ = await asyncio.wait((work,), timeout=patience)
        return work.result() if done and not work.cancelled() else None

    def refresh(self) -> None:
        """In the snapshot's thread: load what changed, write down what was used."""
        seen = PromptSummary.objects.aggregate(sum=Sum("revision"))["sum"] or 0
        if seen != self._seen:
            ready = PromptSummary.objects.exclude(text="").order_by("-id")[:REMEMBERED]
            self._texts = dict(ready.values_list("digest", "text"))
            self._seen = seen
        if self._hits and monotonic() - self._written >= WRITE_HITS_EVERY:
            self._written = monotonic()
            hits, self._hits = self._hits, Counter()
            write_hits(hits)

    async def _obtained(self, wanted: Wanted, ask: Ask) -> str | None:
        try:
            text = await self._of_any_process(wanted, ask)
        except DatabaseError as error:
            logger.warning("a prompt is not summarised: %s", error)
            text = None
        if text is None:
            self._rest(wanted.digest)
        else:
            self._texts[wanted.digest] = text
        return text

    async def _of_any_process(self, wanted: Wanted, ask: Ask) -> str | None:
        """The text of the row: ours to make, or made by another process while we wait."""
        deadline = monotonic() + PATIENCE_SECONDS
        while monotonic() < deadline:
            row = await in_database(claimed, wanted)
            if row is None:
                return await self._made(wanted, ask)
            if row.text or row.failure:
                return row.text or None
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def _made(self, wanted: Wanted, ask: Ask) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await ask()
        except TimeoutError:
            answer = Answer(failure=f"no answer within {PATIENCE_SECONDS:.0f} seconds")
        if answer.failure:
            logger.warning("a prompt is not summarised by %s: %s", wanted.model, answer.failure)
        await in_database(settle, wanted.digest, answer)
        return answer.text or None

    def _rest(self, digest: str) -> None:
        if len(self._resting) >= REMEMBERED:
            self._resting.clear()
        self._resting[digest] = monotonic() + PAUSE.total_seconds()


@sync_to_async
def in_database(function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
    """The function's result, from a thread that may wait for the database."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()


def claimed(wanted: Wanted) -> PromptSummary | None:
    """The row that is made, is being made or failed a moment ago; None: it is ours to make now."""
    now = timezone.now()
    first = {
        "model": wanted.model[:200],
        "guidance": wanted.guidance,
        "guidance_tokens": estimate_text(wanted.guidance),
        "leased_until": now + LEASE,
    }
    row, is_ours = PromptSummary.objects.get_or_create(digest=wanted.digest, defaults=first)
    if is_ours:
        return None
    if row.text or row.leased_until > now:
        return row
    expired = PromptSummary.objects.filter(pk=row.pk, text="", leased_until=row.leased_until)
    return None if expired.update(leased_until=now + LEASE, failure="") else row


def settle(digest: str, answer: Answer) -> None:
    """Keep what became of it. A row that was deleted meanwhile stays deleted."""
    PromptSummary.objects.filter(digest=digest, text="").update(
        text=answer.text,
        tokens=estimate_text(answer.text) if answer.text else 0,
        failure=answer.failure[:300],
        request_id=answer.request_id,
        leased_until=timezone.now() + (PAUSE if answer.failure else timedelta()),
    )


def write_hits(hits: Counter[str]) -> None:
    now = timezone.now()
    for digest, count in hits.items():
        PromptSummary.objects.filter(digest=digest).update_quietly(hits=F("hits") + count, last_used_at=now)


summaries = Summaries()
"""Those of this process; the snapshot's thread refreshes them (`proxysite/lifespan.py`)."""
