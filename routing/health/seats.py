"""How many requests of this process a backend serves at once, and who is next: for backends that set a limit.

Whoever finds no seat waits, not for long. Clients take turns, each with its oldest request: one that sends a hundred
does not keep the others from theirs. Each process of the service has the seats to itself.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from conversion.errors import BackendFailure
from routing.table import BackendEntry

WAIT_SECONDS = 10.0


class Full(BackendFailure):
    """The backend has no seat (protocol E35): the gateway's own doing, and no sign of trouble there."""

    def __init__(self, backend: BackendEntry) -> None:
        super().__init__(
            f"Overloaded: {backend.name} has as many requests as it may have at once",
            status=529,
            type="overloaded_error",
            retry_after=1,
        )


class Seats:
    """Of one backend. `waiting`: by client, those whose turn it is first."""

    def __init__(self) -> None:
        self.taken = 0
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def is_idle(self) -> bool:
        return self.taken == 0 and not self._waiting

    async def take(self, backend: BackendEntry, client_id: int) -> None:
        """Raises Full."""
        if self.taken < (backend.max_concurrent or 0) and not self._waiting:
            self.taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client_id, deque()).append(turn)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except BaseException as error:
            self._leave(client_id, turn, backend)
            if isinstance(error, TimeoutError):
                raise Full(backend) from None
            raise

    def give(self, backend: BackendEntry) -> None:
        """Give the seat back, and to those who wait as many as there are now."""
        self.taken -= 1
        self._call(backend)

    def _call(self, backend: BackendEntry) -> None:
        while self._waiting and self.taken < (backend.max_concurrent or 0):
            client_id, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._waiting[client_id] = turns  # behind the others
            if not turn.done():  # whose client is leaving
                self.taken += 1
                turn.set_result(None)

    def _leave(self, client_id: int, turn: asyncio.Future[None], backend: BackendEntry) -> None:
        """Whoever waited is gone; a seat that was given to them at that very moment goes to the next."""
        if turn.done() and not turn.cancelled():
            self.give(backend)
            return
        turns = self._waiting.get(client_id)
        if turns and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[client_id]


_seats: dict[int, Seats] = {}


@asynccontextmanager
async def seat(backend: BackendEntry, client_id: int) -> AsyncGenerator[None, None]:
    """A seat at this backend, for as long as a reply takes; raises Full when none is free in time."""
    seats = _seats.setdefault(backend.id, Seats())
    await seats.take(backend, client_id)
    try:
        yield
    finally:
        seats.give(backend)
        if seats.is_idle:
            _seats.pop(backend.id, None)
