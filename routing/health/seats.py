"""How many requests of this process a backend serves at once, and who is next: where the backend sets a limit.

The limit holds for all processes together; each has as many seats as it was lent (`leases.py`). Whoever finds no seat
waits, not for long. Clients take turns, each with its oldest request: one that sends a hundred does not keep the others
from theirs.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import suppress
from threading import Lock

from conversion.errors import BackendFailure
from routing.table import BackendEntry

WAIT_SECONDS = 10.0
MOST_WAITING = 200
"""At one backend, in one process: most of a longer queue would wait in vain."""
BUSY_MOMENTS = 4
"""For so many looks the highest number of requests counts as what is wanted."""


class Full(BackendFailure):
    """The backend has no seat (protocol §6.2, E35): the gateway's own doing, and no sign of trouble there."""

    def __init__(self, backend: BackendEntry) -> None:
        super().__init__(
            f"Overloaded: {backend.name} has as many requests as it may have at once",
            status=529,
            type="overloaded_error",
            retry_after=1,
        )


Turn = asyncio.Future[None]
"""A place in the queue: done when there is a seat."""


class Seats:
    """Of one backend, of which this process may use `limit`; in `_waiting` the client whose turn it is comes first.

    Requests take and give in the event loop; the snapshot's thread changes the limit and asks what is wanted. The lock
    is held for moments.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self._waiting: OrderedDict[int, deque[Turn]] = OrderedDict()
        self._count = 0
        self._peaks: deque[int] = deque([0], maxlen=BUSY_MOMENTS)
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def take(self, backend: BackendEntry, client_id: int) -> None:
        """Raises Full."""
        if not self._waiting and self._took():
            return
        self._make_room(backend, client_id)
        self._loop = asyncio.get_running_loop()
        turn: Turn = self._loop.create_future()
        self._waiting.setdefault(client_id, deque()).append(turn)
        self._count += 1
        self._note_peak()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except BaseException as error:
            self._leave(client_id, turn)
            if isinstance(error, TimeoutError):
                raise Full(backend) from None
            raise

    def give(self) -> None:
        """Give the seat back, and to those who wait as many as there are now."""
        self._put_back()
        self._call()

    def lower(self, limit: int) -> int:
        """Give no more seats than so many from now on; tells how many this process has use for still."""
        with self._lock:
            self.limit = min(self.limit, limit)
            return max(limit, self.taken)

    def lend(self, limit: int) -> None:
        """Give so many seats from now on, also to those who wait."""
        with self._lock:
            self.limit = limit
        if self._count and self._loop is not None:
            with suppress(RuntimeError):  # the loop is over, and with it those who waited
                self._loop.call_soon_threadsafe(self._call)

    def wanted(self) -> int:
        """How many requests were here at once, lately."""
        most = max(self._peaks)
        self._peaks.append(self.taken + self._count)
        return max(most, self._peaks[-1])

    def _took(self) -> bool:
        with self._lock:
            if self.taken >= self.limit:
                return False
            self.taken += 1
        self._note_peak()
        return True

    def _note_peak(self) -> None:
        self._peaks[-1] = max(self._peaks[-1], self.taken + self._count)

    def _call(self) -> None:
        while self._waiting and self._took():
            client_id, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            self._count -= 1
            if turns:
                self._waiting[client_id] = turns  # behind the others
            if turn.done():  # its client is leaving
                self._put_back()
            else:
                turn.set_result(None)

    def _put_back(self) -> None:
        with self._lock:
            self.taken -= 1

    def _make_room(self, backend: BackendEntry, client_id: int) -> None:
        """In a full queue the client with the most requests loses its last one; raises Full if that is this one."""
        if self._count < MOST_WAITING:
            return
        longest = max(self._waiting, key=lambda client: len(self._waiting[client]))
        if len(self._waiting.get(client_id, ())) + 1 >= len(self._waiting[longest]):
            raise Full(backend)
        turn = self._waiting[longest].pop()
        self._count -= 1
        if not turn.done():
            turn.set_exception(Full(backend))

    def _leave(self, client_id: int, turn: Turn) -> None:
        """Whoever waited is gone; a seat that was given to them at that very moment goes to the next."""
        turns = self._waiting.get(client_id)
        if turns and turn in turns:
            turns.remove(turn)
            self._count -= 1
            if not turns:
                del self._waiting[client_id]
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            self.give()
