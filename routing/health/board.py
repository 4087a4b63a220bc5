"""The breakers of this process, by model of a backend, and what all processes know of them.

Requests only look and note, in memory. The snapshot's thread writes down what opened or closed here, and takes over
what did so elsewhere, or was closed by hand in the admin. Credentials that are refused rest in this process alone.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import NamedTuple

from django.db import DatabaseError

from conversion.errors import BackendFailure
from routing.health.breaker import FIRST_PAUSE, Breaker
from routing.models import Backend, BackendHealth
from routing.table import ModelOfBackend, Route

logger = logging.getLogger("routing")

CREDENTIAL_PAUSE = 60.0
"""How long what refused a credential, or its empty account, is left alone."""
REFUSED_CREDENTIAL = (401, 402, 403)
REASON_LIMIT = 300
MODEL_LIMIT = 200
MOST_BREAKERS = 1000
KEPT_SECONDS = 86_400.0
"""How long the admin shows what has been over."""


class News(NamedTuple):
    """What a breaker did in this process; `openings` is 0 where it closed."""

    of: ModelOfBackend
    openings: int
    opened_at: float
    until: float
    reason: str


class Board:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._breakers: dict[ModelOfBackend, Breaker] = {}
        self._resting: dict[tuple[int, str], float] = {}
        self._busy: Counter[ModelOfBackend] = Counter()
        self._news: deque[News] = deque(maxlen=1000)
        self._seen: dict[ModelOfBackend, int] = {}

    def lets_through(self, route: Route) -> bool:
        """Whether the route should be taken as long as there are others."""
        now = self._clock()
        if self._resting.get((route.backend.id, route.credential), 0.0) > now:
            return False
        breaker = self._breakers.get(route.of)
        return breaker is None or breaker.lets_through(now)

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
        """A request takes the route; gives the time, for `succeeded`."""
        now = self._clock()
        if breaker := self._breakers.get(route.of):
            breaker.claim(now)
        return now

    def succeeded(self, route: Route, began: float) -> None:
        if route.of not in self._breakers:
            return
        with self._lock:
            breaker = self._breakers.get(route.of)
            if breaker is None:
                return
            if breaker.succeeded(began, self._clock()):
                self._tell(route.of, breaker, "")
                logger.warning("%s at %s answers again", route.model, route.backend.name)
            elif breaker.is_idle:
                del self._breakers[route.of]

    def failed(self, route: Route, failure: BackendFailure) -> None:
        """With several credentials it is the refused one that rests, not the model."""
        pause = pause_after(failure)
        if is_about_credential(failure) and len(route.backend.credentials) > 1:
            self._resting[route.backend.id, route.credential] = self._clock() + (pause or FIRST_PAUSE)
            return
        with self._lock:
            if len(self._breakers) >= MOST_BREAKERS:
                self._make_room()
            breaker = self._breakers.setdefault(route.of, Breaker())
            if breaker.failed(self._clock(), pause):
                self._tell(route.of, breaker, failure.message)
                logger.warning("%s at %s is left alone: %s", route.model, route.backend.name, failure.message)

    def refresh(self) -> None:
        """In the snapshot's thread: write what happened here, and take over what happened elsewhere."""
        try:
            while self._news:
                self._write(self._news[0])
                self._news.popleft()
            self._take_over()
        except DatabaseError as error:
            logger.warning("the state of backends is not shared: %s", error)

    def _make_room(self) -> None:
        """Names of models are the clients' choice where a target has none: only those that rest now stay."""
        now = self._clock()
        self._breakers = {of: breaker for of, breaker in self._breakers.items() if not breaker.lets_through(now)}

    def _tell(self, of: ModelOfBackend, breaker: Breaker, reason: str) -> None:
        news = News(
            of, breaker.openings, breaker.opened_at, breaker.open_until, reason.replace("\0", "")[:REASON_LIMIT]
        )
        self._news.append(news)

    def _write(self, news: News) -> None:
        backend_id, model = news.of
        if len(model) > MODEL_LIMIT or "\0" in model or not Backend.objects.filter(pk=backend_id).exists():
            return  # known to this process alone
        BackendHealth.objects.filter(open_until__lt=moment(self._clock() - KEPT_SECONDS)).delete()
        fields: dict[str, object] = {"openings": news.openings}
        if news.openings:
            fields.update(opened_at=moment(news.opened_at), open_until=moment(news.until), reason=news.reason)
            if not BackendHealth.objects.filter(backend=backend_id, model=model, openings__gt=0).exists():
                fields["failing_since"] = moment(news.opened_at)
        row, _ = BackendHealth.objects.update_or_create(backend_id=backend_id, model=model, defaults=fields)
        self._seen[news.of] = row.revision

    def _take_over(self) -> None:
        rows = {(row.backend_id, row.model): row for row in BackendHealth.objects.all()}
        for of in self._seen.keys() - rows.keys():
            del self._seen[of]
            with self._lock:
                self._breakers.pop(of, None)
        for of, row in rows.items():
            if self._seen.get(of) == row.revision:
                continue
            self._seen[of] = row.revision
            with self._lock:
                if row.openings:
                    breaker = self._breakers.setdefault(of, Breaker())
                    breaker.open(row.opened_at.timestamp(), row.open_until.timestamp(), row.openings)
                else:
                    self._breakers.pop(of, None)


def is_about_credential(failure: BackendFailure) -> bool:
    return failure.status in (402, 429) or failure.upstream_status in REFUSED_CREDENTIAL


def pause_after(failure: BackendFailure) -> float | None:
    """For how long a single failure is reason enough to go elsewhere."""
    if failure.status == 402 or failure.upstream_status in REFUSED_CREDENTIAL:
        return CREDENTIAL_PAUSE
    if failure.retry_after is not None:
        return float(failure.retry_after)
    return FIRST_PAUSE if failure.status == 429 else None


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


board = Board()
"""That of this process; the snapshot's thread refreshes it (`proxysite/lifespan.py`)."""
