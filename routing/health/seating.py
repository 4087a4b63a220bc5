"""The seats of this process at all backends that set a limit."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager

from routing.health.seats import Seats
from routing.table import BackendEntry


class Seating:
    """`is_lent`: the seats come from the stock of all processes (`leases.py`); else each limit is this process's alone,
    as in commands that are no part of the service.
    """

    def __init__(self) -> None:
        self.is_lent = False
        self._seats: dict[int, Seats] = {}

    def at(self, backend_id: int) -> Seats:
        return self._seats.setdefault(backend_id, Seats(0))

    def of(self, backend: BackendEntry) -> Seats:
        seats = self.at(backend.id)
        if not self.is_lent:
            seats.limit = backend.max_concurrent or 0
        return seats

    def keep(self, backends: Collection[int]) -> None:
        """Those of other backends have no limit any more: nobody waits there."""
        for backend_id in self._seats.keys() - backends:
            self._seats.pop(backend_id).lend(sys.maxsize)


seating = Seating()


@asynccontextmanager
async def seat(backend: BackendEntry, client_id: int) -> AsyncGenerator[None, None]:
    """A seat at this backend, for as long as a reply takes; raises Full when none is free in time."""
    seats = seating.of(backend)
    await seats.take(backend, client_id)
    try:
        yield
    finally:
        seats.give()
