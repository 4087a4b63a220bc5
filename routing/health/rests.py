"""The credentials that rest, because the backend refused them while others of its credentials are there.

Requests only look and note, in memory; the snapshot's thread writes down what happened here, and takes over what
happened elsewhere. A rest ends by its time, by an answer to that credential, or by hand in the admin.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from routing.health.moments import moment, storable
from routing.models import BackendCredential, CredentialRest

LONGEST = 86_400.0
KEPT = timedelta(days=1)
"""How long the admin shows what has been over."""


class Rest(NamedTuple):
    since: float
    until: float


class News(NamedTuple):
    """What happened to a credential in this process: it began a rest, or gave an answer to what began at `at`."""

    credential: int
    at: float
    rest: Rest | None
    reason: str = ""


class Rests:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rests: dict[int, Rest] = {}
        self._news: deque[News] = deque(maxlen=1000)
        self._seen: dict[int, int] = {}

    def holds(self, credential: int) -> bool:
        """Whether it rests now."""
        rest = self._rests.get(credential)
        return rest is not None and rest.until > self._clock()

    def begin(self, credential: int, pause: float, reason: str) -> None:
        now = self._clock()
        rest = Rest(now, now + min(pause, LONGEST))
        self._rests[credential] = rest
        self._news.append(News(credential, now, rest, storable(reason)))

    def end(self, credential: int, began: float) -> None:
        """An answer to a request from before the rest says nothing."""
        rest = self._rests.get(credential)
        if rest is not None and began >= rest.since:
            del self._rests[credential]
            self._news.append(News(credential, began, None))

    def refresh(self) -> None:
        """Write what is new here, and take over what is new elsewhere; raises DatabaseError."""
        for news in list(self._news):
            write(news)
            with suppress(ValueError):  # there were too many of them
                self._news.remove(news)
        self._take_over()

    def _take_over(self) -> None:
        rows = {row.credential_id: row for row in CredentialRest.objects.all()}
        for credential in self._seen.keys() - rows.keys():
            del self._seen[credential]
            if not self._has_news(credential):
                self._rests.pop(credential, None)
        for credential, row in rows.items():
            if self._seen.get(credential) != row.revision and not self._has_news(credential):
                self._seen[credential] = row.revision
                self._rests[credential] = Rest(row.since.timestamp(), row.until.timestamp())

    def _has_news(self, credential: int) -> bool:
        """What happened here since is written next, and only then compared."""
        return any(news.credential == credential for news in list(self._news))


def write(news: News) -> None:
    if news.rest is None:
        CredentialRest.objects.filter(credential=news.credential, since__lte=moment(news.at)).delete()
        return
    CredentialRest.objects.filter(until__lt=moment(news.at) - KEPT).delete()
    if BackendCredential.objects.filter(pk=news.credential).exists():
        since, until = moment(news.rest.since), moment(news.rest.until)
        fields = {"since": since, "until": until, "reason": news.reason}
        CredentialRest.objects.update_or_create(credential_id=news.credential, defaults=fields)
