"""The routing table of this process, kept as new as the database by one thread with a connection of its own.

- The first load happens in `start`, before the first request.
- Twice a second one cheap query asks whether anything changed; only then the table is loaded again.
- A key that the table does not know makes the thread look at once. Everybody who waits shares that look, and looks
  that found nothing new are followed by longer and longer pauses, so a flood of wrong keys soon costs no more than
  looks that nobody asked for.
- While the database is away the last table stays; keys that it does not know are then refused with 503, never 401.
- Who else keeps rows of the database in memory follows it: `follow` has them look whenever the thread looks.
- When keys were used is written down from here as well, at most once a minute each, and what refusals of backends
  taught as soon as there is something.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from time import monotonic, time

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, close_old_connections

from conversion.repairs import Repair
from routing import keys, lessons, loading, upstream
from routing.catalog import Catalog
from routing.errors import KeyStoreUnavailable
from routing.models import BackendCredential
from routing.table import KeyEntry, Route, RoutingTable

logger = logging.getLogger("routing")

LOOK_EVERY = 0.5
LOOK_SPACING = 0.05
LOOK_TIMEOUT = 5.0
WRITE_USES_EVERY = 60.0
STOP_TIMEOUT = 5.0


class Snapshot:
    """The table, and the thread that keeps it new."""

    def __init__(self) -> None:
        self.table = RoutingTable()
        self._fingerprint: loading.Fingerprint | None = None
        self._uses: dict[int, float] = {}
        self._lessons: deque[lessons.Lesson] = deque()
        self._teaching = threading.Lock()  # held for moments: a table in the making must not miss a lesson
        self._loading = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._next_look: Future[bool] = Future()
        self._in_trouble = False
        self.followers: list[Callable[[], None]] = []

    def refresh(self) -> None:
        """Load the table if anything changed since the last time."""
        with self._loading:
            fingerprint = loading.fingerprint()
            if fingerprint != self._fingerprint:
                self._replace(loading.load(self._uses))
                self._fingerprint = fingerprint

    def _replace(self, table: RoutingTable) -> None:
        """Take another table, and tell it what was not written yet when it was loaded."""
        with self._teaching:
            for lesson in self._lessons:
                table.learn(lesson.of, [lesson.repair])
            self.table = table

    def reload(self) -> None:
        """Load the table, whatever changed."""
        self._fingerprint = None
        self.refresh()

    def start(self) -> None:
        """Load, and keep loading from now on."""
        self._stopping.clear()
        self._look()
        self._thread = threading.Thread(target=self._run, name="routing snapshot", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        self._stopping.set()
        self._wanted.set()
        if thread is not None:
            thread.join(STOP_TIMEOUT)

    async def look(self) -> None:
        """Return when the table is at least as new as this call; raises KeyStoreUnavailable."""
        if self._thread is None:
            fresh = await sync_to_async(self._look)()
        else:
            look = self._next_look
            self._wanted.set()
            try:
                async with asyncio.timeout(LOOK_TIMEOUT):
                    fresh = await asyncio.shield(asyncio.wrap_future(look))
            except TimeoutError:
                fresh = False
        if not fresh:
            raise KeyStoreUnavailable

    def learn(self, route: Route, repairs: Iterable[Repair]) -> None:
        """Remember what made a request succeed: here at once, and by the thread for every process."""
        of = (route.backend.id, route.model)
        with self._teaching:
            news = self.table.learn(of, (repair for repair in repairs if repair.lasting))
            self._lessons.extend(lessons.Lesson(of, repair) for repair in news)
        if news:
            self._wanted.set()

    def _run(self) -> None:
        written, pause = monotonic(), LOOK_SPACING
        while not self._stopping.is_set():
            wanted = self._wanted.wait(LOOK_EVERY)
            self._wanted.clear()
            self._write_lessons()
            before = self.table
            fresh = self._look()
            in_vain = wanted and self.table is before
            pause = min(2 * pause, LOOK_EVERY) if in_vain else LOOK_SPACING
            if fresh and (self._stopping.is_set() or monotonic() - written >= WRITE_USES_EVERY):
                written = monotonic()
                self._write_uses()
            close_old_connections()
            self._stopping.wait(pause)

    def _look(self) -> bool:
        """Refresh, and tell everybody who waits whether that worked; trouble is logged once until it is over."""
        look, self._next_look = self._next_look, Future()
        fresh = False
        try:
            self.refresh()
            for follower in self.followers:
                follower()
            fresh = True
        except DatabaseError as error:
            if not self._in_trouble:
                logger.error("the database is away, requests go on with what was loaded before: %s", error)
        except Exception:
            if not self._in_trouble:
                logger.exception("the routing table cannot be loaded, requests go on with the one before")
        if fresh and self._in_trouble:
            logger.warning("the routing table is up to date again")
        self._in_trouble = not fresh
        look.set_result(fresh)
        return fresh

    def _write_lessons(self) -> None:
        """A lesson that cannot be written is known to this process alone."""
        while self._lessons:
            lesson = self._lessons[0]
            try:
                lessons.write(lesson)
            except Exception as error:  # whatever it is, a lesson is not worth the thread
                logger.warning("what was learned of %s is not written: %s", lesson.of[1], error)
                close_old_connections()
            with self._teaching:
                self._lessons.popleft()

    def _write_uses(self) -> None:
        if not self._uses:
            return
        uses = {}
        while self._uses:
            key, when = self._uses.popitem()
            uses[key] = when
        try:
            keys.write_uses(uses)
        except DatabaseError as error:
            logger.warning("when keys were last used could not be written: %s", error)


_snapshot = Snapshot()
_catalog = Catalog(upstream.fetch_json)


def current() -> RoutingTable:
    """The table as of now: one that is never changed, only replaced."""
    return _snapshot.table


async def look_up_key(text: str) -> KeyEntry | None:
    """A key that the table did not know: perhaps it was issued a moment ago. Noise is refused without a look."""
    if not keys.plausible(text):
        return None
    await _snapshot.look()
    return _snapshot.table.key(text, time())


def learn(route: Route, repairs: Iterable[Repair]) -> None:
    """Remember what made a request of this route succeed, without waiting for anything."""
    _snapshot.learn(route, repairs)


def follow(refresh: Callable[[], None]) -> None:
    """Call `refresh` in the snapshot's thread whenever it looks, and once before the first request; it may query the
    database, and should find out cheaply that nothing changed.
    """
    if refresh not in _snapshot.followers:
        _snapshot.followers.append(refresh)


def start() -> None:
    """Load before the first request, and start what works in the background.

    A database that is away is waited for; a credential that cannot be opened stops the start: it would fail at its
    first request.
    """
    refuse_unreadable_credentials()
    _snapshot.start()
    _catalog.start()


def stop() -> None:
    _catalog.stop()
    _snapshot.stop()


def reload() -> None:
    """Load the table now, in this thread."""
    _snapshot.reload()


def refuse_unreadable_credentials() -> None:
    try:
        unreadable = BackendCredential.objects.unreadable()
    except DatabaseError:
        return  # it is away; the snapshot says so
    finally:
        close_old_connections()
    if unreadable:
        names = ", ".join(sorted({f"{row} of backend {row.backend}" for row in unreadable}))
        raise ImproperlyConfigured(f"CREDENTIALS_SECRET does not open these credentials: {names}")
