"""The reasoning states that the gateway keeps for its clients, for a day: in memory, and in the database for all
processes (protocol §4.6).

Written by the snapshot's thread, after the reply. A request that does not find its state in memory asks the database
once, in a thread and not for long; a state that is not there is done without.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import timedelta
from time import monotonic

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from routing.memory import Memory
from routing.models import KeptState

logger = logging.getLogger("routing")

KEPT_FOR = timedelta(days=1)
MOST_ROWS = 10_000
REMEMBERED = 10_000
REMEMBERED_SIZE = 64 << 20
ABSENT_SECONDS = 60.0
"""How long the database is not asked again for a state that it did not have."""
WAIT_SECONDS = 0.5
MOST_WAITING = 200
PRUNE_EVERY = 600.0


class KeptStates:
    """Those that this process knows, and those that wait to be written."""

    def __init__(self) -> None:
        self._states: Memory[str] = Memory(entries=REMEMBERED, size=REMEMBERED_SIZE, seconds=KEPT_FOR.total_seconds())
        self._absent: Memory[bool] = Memory(entries=REMEMBERED, size=REMEMBERED, seconds=ABSENT_SECONDS)
        self._waiting: deque[tuple[str, str]] = deque(maxlen=MOST_WAITING)
        self._pruned = -PRUNE_EVERY

    def keep(self, client_id: int, states: Mapping[str, str]) -> None:
        """Remember states of a reply to this client, without waiting for anything."""
        for key, sealed in states.items():
            name = digest(client_id, key)
            self._states.put(name, sealed, len(sealed))
            self._waiting.append((name, sealed))

    async def find(self, client_id: int, keys: Iterable[str]) -> dict[str, str]:
        """Those of the client's states that are there, by key."""
        names = {key: digest(client_id, key) for key in keys}
        missing = [name for name in names.values() if not self._states.get(name) and not self._absent.get(name)]
        if missing:
            await self._load(missing)
        found = {key: self._states.get(name) for key, name in names.items()}
        return {key: sealed for key, sealed in found.items() if sealed is not None}

    async def _load(self, names: list[str]) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                found = await _rows(names)
        except (TimeoutError, DatabaseError) as error:
            logger.warning("kept reasoning is not looked up: %s", str(error) or "the database is slow")
            found = {}
        for name in names:
            if name in found:
                self._states.put(name, found[name], len(found[name]))
            else:
                self._absent.put(name, True, 1)

    def refresh(self) -> None:
        """In the snapshot's thread: write down what is new, and delete what is old."""
        try:
            if self._waiting:
                self._write()
            if monotonic() - self._pruned >= PRUNE_EVERY:
                self._pruned = monotonic()
                prune()
        except DatabaseError as error:
            logger.warning("kept reasoning is not written: %s", error)

    def _write(self) -> None:
        rows = []
        while self._waiting:
            name, sealed = self._waiting.popleft()
            rows.append(KeptState(digest=name, sealed=sealed))
        KeptState.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)


def digest(client_id: int, key: str) -> str:
    """By what a state is known: only the client whose reply it was finds it."""
    return hashlib.sha256(f"{client_id}:{key}".encode(errors="replace")).hexdigest()


@sync_to_async
def _rows(names: list[str]) -> dict[str, str]:
    close_old_connections()
    try:
        fresh = KeptState.objects.filter(digest__in=names, created_at__gte=timezone.now() - KEPT_FOR)
        return dict(fresh.values_list("digest", "sealed"))
    finally:
        close_old_connections()


def prune() -> None:
    """Delete what is too old, and the oldest of what is too much."""
    KeptState.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    beyond = list(KeptState.objects.order_by("-id").values_list("pk", flat=True)[MOST_ROWS : MOST_ROWS + 1])
    if beyond:
        KeptState.objects.filter(pk__lte=beyond[0]).delete()


kept_states = KeptStates()
"""Those of this process; the snapshot's thread refreshes them (`proxysite/lifespan.py`)."""
