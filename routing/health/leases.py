"""What this process has of the seats of each backend: lent to it from the stock of all processes, the database.

No request asks for it. Twice a second the snapshot's thread looks at what all processes have and want, and
1. gives up here what is another one's share (`shares.py`), as soon as no request sits there
2. notes what this process wants, and takes of its share what the others have not got

The second step holds the lock of the backend's row, so what is lent never comes to more than the limit. There are three
exceptions, all of them temporary: a limit that was lowered is kept when enough requests have ended; requests from
before there was a limit are not counted; and a process that lives but could not renew for LEASE_SECONDS (it stood
still, or the database was away for it alone) goes on with its part while others have it too, until it can look again.
"""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from routing.health.seating import Seating, seating
from routing.health.seats import Seats
from routing.health.shares import shares
from routing.models import Backend, SeatLease

logger = logging.getLogger("routing")

LEASE_SECONDS = 6.0
RENEW_SECONDS = 1.5
TURN_SECONDS = 2.0


class Lease(NamedTuple):
    """A row of SeatLease, and how long ago it was renewed; `now` is the database's time."""

    backend_id: int
    process: str
    seats: int
    taken: int
    wanted: int
    age: float
    now: float


class Leases:
    """Those of one process, which nobody else has the name of."""

    def __init__(self, seating: Seating) -> None:
        self.process = secrets.token_hex(16)
        self._seating = seating
        self._in_trouble = False

    def refresh(self) -> None:
        """In the snapshot's thread: renew, give up and take."""
        try:
            limits = dict(Backend.objects.filter(max_concurrent__gt=0).values_list("pk", "max_concurrent"))
            self._seating.is_lent = True
            self._seating.keep(limits)
            known = by_backend(leases()) if limits else {}
            for backend_id, limit in limits.items():
                self._look(backend_id, limit or 0, known.get(backend_id, []))
        except DatabaseError as error:
            if not self._in_trouble:
                logger.warning("seats at backends stay with whom they are lent to: %s", error)
            self._in_trouble = True
        else:
            self._in_trouble = False

    def give_back(self) -> None:
        """All of them: the process stops."""
        try:
            SeatLease.objects.filter(process=self.process).delete()
        except DatabaseError as error:
            logger.warning("seats at backends are given back when their leases are over: %s", error)

    def _look(self, backend_id: int, limit: int, known: Sequence[Lease]) -> None:
        seats = self._seating.at(backend_id)
        wanted = seats.wanted()
        if not self._is_settled(seats, wanted, limit, known):
            self._settle(backend_id, seats, wanted)

    def _is_settled(self, seats: Seats, wanted: int, limit: int, known: Sequence[Lease]) -> bool:
        """Whether there is nothing to write."""
        own = next((lease for lease in known if lease.process == self.process), None)
        if own is None or own.age >= RENEW_SECONDS or any(lease.age >= LEASE_SECONDS for lease in known):
            return False
        has = (own.seats, own.taken, own.wanted)
        return seats.limit == own.seats and has == (self._part(limit, known, wanted), seats.taken, wanted)

    def _settle(self, backend_id: int, seats: Seats, wanted: int) -> None:
        with transaction.atomic():
            backend = Backend.objects.select_for_update(no_key=True).filter(pk=backend_id).first()
            if backend is None:
                return
            known = leases(backend_id)
            gone = [lease.process for lease in known if lease.age >= LEASE_SECONDS]
            SeatLease.objects.filter(backend=backend, process__in=gone).delete()
            part = self._part(backend.max_concurrent or 0, [each for each in known if each.process not in gone], wanted)
            fields = {"seats": seats.lower(part), "taken": seats.taken, "wanted": wanted, "renewed_at": Now()}
            SeatLease.objects.update_or_create(backend=backend, process=self.process, defaults=fields)
        seats.lend(part)

    def _part(self, limit: int, known: Iterable[Lease], wanted: int) -> int:
        """How many seats this process may have now: its share, or what the others have left of it as yet."""
        others = [lease for lease in known if lease.process != self.process]
        wants = {lease.process: lease.wanted for lease in others} | {self.process: wanted}
        turn = int(max((lease.now for lease in others), default=0.0) // TURN_SECONDS)
        left = limit - sum(lease.seats for lease in others)
        return max(0, min(shares(limit, wants, turn)[self.process], left))


def leases(backend_id: int | None = None) -> list[Lease]:
    """All there are, or those of one backend."""
    rows = SeatLease.objects.annotate(now=Now())
    if backend_id is not None:
        rows = rows.filter(backend=backend_id)
    names = ("backend_id", "process", "seats", "taken", "wanted", "renewed_at", "now")
    return [lease(*row) for row in rows.values_list(*names)]


def lease(
    backend_id: int, process: str, seats: int, taken: int, wanted: int, renewed_at: datetime, now: datetime
) -> Lease:
    age = (now - renewed_at).total_seconds()
    return Lease(backend_id, process, seats, taken, wanted, age, now.timestamp())


def by_backend(found: Iterable[Lease]) -> dict[int, list[Lease]]:
    sorted_out: defaultdict[int, list[Lease]] = defaultdict(list)
    for each in found:
        sorted_out[each.backend_id].append(each)
    return sorted_out


seat_leases = Leases(seating)
"""Those of this process; the snapshot's thread refreshes them (`proxysite/lifespan.py`)."""
