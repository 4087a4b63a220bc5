"""The breakers of this process, by model of a backend, and what all processes know of them.

Requests only look and note, in memory. The snapshot's thread writes down what opened or closed here, and takes over
what did so elsewhere, or was closed by hand in the admin.

The database decides who may try whether a backend answers again: a request that would try leaves a wish and goes
elsewhere, and the thread asks for the licence, which one process at a time has. Where the database does not answer,
each process lets a request of its own try.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

from django.db import DatabaseError, transaction

from conversion.errors import BackendFailure
from routing.health.breaker import FIRST_PAUSE, PROBE_SECONDS, Breaker
from routing.health.moments import moment, storable
from routing.health.rests import Rests
from routing.models import Backend, BackendHealth
from routing.table import ModelOfBackend, Route

logger = logging.getLogger("routing")

CREDENTIAL_PAUSE = 60.0
"""How long what refused a credential, or its empty account, is left alone."""
REFUSED_CREDENTIAL = (401, 402, 403)
MODEL_LIMIT = 200
MOST_BREAKERS = 1000
KEPT_SECONDS = 86_400.0
"""How long the admin shows what has been over."""
SHARED_SECONDS = 5.0
"""For so long after a look at the database, licences are waited for."""


class News(NamedTuple):
    """What a breaker did in this process, and when: it opened `at`, or closed by an answer to what began `at`;
    `openings` is 0 where it closed.
    """

    of: ModelOfBackend
    openings: int
    at: float
    until: float = 0.0
    reason: str = ""


class Board:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._breakers: dict[ModelOfBackend, Breaker] = {}
        self._rests = Rests(clock)
        self._busy: Counter[ModelOfBackend] = Counter()
        self._news: deque[News] = deque(maxlen=1000)
        self._seen: dict[ModelOfBackend, int] = {}
        self._wishes: set[ModelOfBackend] = set()
        self._looked_at = 0.0

    def lets_through(self, route: Route) -> bool:
        """Whether the route should be taken as long as there are others."""
        if self._rests.holds(route.credential_id):
            return False
        now, breaker = self._clock(), self._breakers.get(route.of)
        if breaker is None or breaker.lets_through(now):
            return True
        return breaker.is_due(now) and not self._waits_for_licence(route.of, now)

    def busy(self, route: Route) -> int:
        """How many requests of this process are there."""
        return self._busy[route.of]

    def begin(self, route: Route) -> None:
        self._busy[route.of] += 1

    def end(self, route: Route) -> None:
        self._busy[route.of] -= 1
        if not self._busy[route.of]:
            del self._busy[route.of]

    def claim(self, route: Route) -> float:
        """A request takes the route; gives the time, for `succeeded` and `failed`."""
        now = self._clock()
        if breaker := self._breakers.get(route.of):
            breaker.claim(now)
        return now

    def succeeded(self, route: Route, began: float) -> None:
        self._rests.end(route.credential_id, began)
        if route.of not in self._breakers:
            return
        with self._lock:
            breaker = self._breakers.get(route.of)
            if breaker is None:
                return
            if breaker.succeeded(began, self._clock()):
                self._news.append(News(route.of, 0, began))
                logger.warning("%s at %s answers again", route.model, route.backend.name)
            elif breaker.is_idle:
                del self._breakers[route.of]

    def failed(self, route: Route, failure: BackendFailure, began: float) -> None:
        """With several credentials it is the refused one that rests, not the model."""
        pause = pause_after(failure)
        if is_about_credential(failure) and len(route.backend.credentials) > 1:
            self._rests.begin(route.credential_id, pause or FIRST_PAUSE, failure.message)
            return
        with self._lock:
            if len(self._breakers) >= MOST_BREAKERS:
                self._make_room()
            breaker = self._breakers.setdefault(route.of, Breaker())
            if breaker.failed(began, self._clock(), pause):
                reason = storable(failure.message)
                self._news.append(News(route.of, breaker.openings, breaker.opened_at, breaker.open_until, reason))
                logger.warning("%s at %s is left alone: %s", route.model, route.backend.name, failure.message)

    def refresh(self) -> None:
        """In the snapshot's thread: write what happened here, and take over what happened elsewhere."""
        try:
            for news in list(self._news):
                self._write(news)
                with suppress(ValueError):  # there were too many of them
                    self._news.remove(news)
            self._take_over()
            self._ask_for_licences()
            self._rests.refresh()
        except DatabaseError as error:
            logger.warning("the state of backends is not shared: %s", error)
        else:
            self._looked_at = self._clock()

    def _make_room(self) -> None:
        """Names of models are the clients' choice where a target has none: only those that rest now stay."""
        now = self._clock()
        kept = {of: each for of, each in self._breakers.items() if each.is_open and now < each.open_until}
        self._breakers = kept

    def _waits_for_licence(self, of: ModelOfBackend, now: float) -> bool:
        if of not in self._seen or now - self._looked_at > SHARED_SECONDS:
            return False
        with self._lock:
            self._wishes.add(of)
        return True

    def _ask_for_licences(self) -> None:
        """For what requests wanted to try; whoever gets one has it for PROBE_SECONDS."""
        with self._lock:
            wishes, self._wishes = self._wishes, set()
        for backend_id, model in wishes:
            now = self._clock()
            due = BackendHealth.objects.filter(backend=backend_id, model=model, openings__gt=0)
            free = due.filter(open_until__lte=moment(now), probe_until__lte=moment(now))
            if free.update_quietly(probe_until=moment(now + PROBE_SECONDS)):
                with self._lock:
                    if breaker := self._breakers.get((backend_id, model)):
                        breaker.license(now)

    def _write(self, news: News) -> None:
        backend_id, model = news.of
        if not is_name_of_row(model) or not Backend.objects.filter(pk=backend_id).exists():
            return  # known to this process alone
        if not news.openings:
            rows = BackendHealth.objects.filter(backend=backend_id, model=model, openings__gt=0)
            rows.filter(opened_at__lte=moment(news.at)).update(openings=0)
            return
        BackendHealth.objects.filter(open_until__lt=moment(self._clock() - KEPT_SECONDS)).delete()
        with transaction.atomic():
            rows = BackendHealth.objects.select_for_update()
            write_opening(rows.filter(backend=backend_id, model=model).first(), news)

    def _take_over(self) -> None:
        rows = {(row.backend_id, row.model): row for row in BackendHealth.objects.all()}
        with self._lock:
            news = {news.of for news in self._news}  # written next, and only then compared
            for of in self._seen.keys() - rows.keys() - news:
                del self._seen[of]
                self._breakers.pop(of, None)
            for of, row in rows.items():
                if self._seen.get(of) != row.revision and of not in news:
                    self._seen[of] = row.revision
                    self._adopt(of, row)

    def _adopt(self, of: ModelOfBackend, row: BackendHealth) -> None:
        if row.openings:
            breaker = self._breakers.setdefault(of, Breaker())
            breaker.open(row.opened_at.timestamp(), row.open_until.timestamp(), row.openings)
        else:
            self._breakers.pop(of, None)


def write_opening(row: BackendHealth | None, news: News) -> None:
    """Beside what another process knows already: the later opening counts, and the longer pause."""
    backend_id, model = news.of
    at, until = moment(news.at), moment(news.until)
    if row is None:
        row = BackendHealth(backend_id=backend_id, model=model)
    if not row.openings:
        row.failing_since, row.open_until = at, until
    if not row.openings or at >= row.opened_at:
        row.opened_at, row.probe_until, row.reason = at, at, news.reason
    row.openings, row.open_until = max(row.openings, news.openings), max(row.open_until, until)
    row.save()


def is_name_of_row(model: str) -> bool:
    return len(model) <= MODEL_LIMIT and storable(model) == model


def is_about_credential(failure: BackendFailure) -> bool:
    return failure.status in (402, 429) or failure.upstream_status in REFUSED_CREDENTIAL


def pause_after(failure: BackendFailure) -> float | None:
    """For how long a single failure is reason enough to go elsewhere."""
    if failure.status == 402 or failure.upstream_status in REFUSED_CREDENTIAL:
        return CREDENTIAL_PAUSE
    if failure.retry_after is not None:
        return float(failure.retry_after)
    return FIRST_PAUSE if failure.status == 429 else None


board = Board()
"""That of this process; the snapshot's thread refreshes it (`proxysite/lifespan.py`)."""
