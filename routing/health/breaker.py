"""When a model of a backend is left alone, and when it is tried again.

closed → open          some failures in a row, or many among the last ones; at once where the backend names a time
open → half-open       when its time is over: one request at a time may try, with a licence
half-open → closed     that request succeeded
half-open → open       it failed: for twice as long
"""

from __future__ import annotations

from collections import deque

FAILURES_IN_A_ROW = 3
WINDOW_SECONDS = 60.0
WINDOW_REQUESTS = 10
WINDOW_SHARE = 0.5
"""Of at least so many requests within the window, this share failed."""
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 120.0
LONGEST_WISH = 600.0
"""A backend that asks for more than this is tried again all the same."""
PROBE_SECONDS = 10.0
"""How long nobody else tries while one request does."""


class Breaker:
    """`openings`: how often it opened without closing in between; 0 is closed."""

    def __init__(self) -> None:
        self.openings = 0
        self.opened_at = 0.0
        self.open_until = 0.0
        self._probing_until = 0.0
        self._licensed_until = 0.0
        self._in_a_row = 0
        self._recent: deque[tuple[float, bool]] = deque(maxlen=200)

    @property
    def is_open(self) -> bool:
        return self.openings > 0

    @property
    def is_idle(self) -> bool:
        """Nothing has to be remembered."""
        return not self.is_open and not any(failed for _, failed in self._recent)

    def lets_through(self, now: float) -> bool:
        return not self.is_open or now < self._licensed_until

    def is_due(self, now: float) -> bool:
        """Whether a request may try, as far as this process knows."""
        return self.is_open and now >= max(self.open_until, self._probing_until)

    def license(self, now: float) -> None:
        """Let one request through."""
        if self.is_due(now):
            self._licensed_until = now + PROBE_SECONDS

    def claim(self, now: float) -> None:
        """A request is about to try."""
        if self.is_open:
            self._probing_until, self._licensed_until = now + PROBE_SECONDS, 0.0

    def succeeded(self, began: float, now: float) -> bool:
        """Whether it closed by that: what began before it opened says nothing."""
        self._in_a_row = 0
        self._note(now, failed=False)
        if not self.is_open or began < self.opened_at:
            return False
        self.close()
        return True

    def failed(self, began: float, now: float, pause: float | None = None) -> bool:
        """Whether it opened by that: what began before it opened last says nothing new.

        `pause`: for how many seconds at least, whatever happened before.
        """
        self._in_a_row += 1
        self._note(now, failed=True)
        if self.is_open and (now < self.open_until or began <= self.opened_at):
            return False
        if not self.is_open and pause is None and not self._is_too_much():
            return False
        self.openings += 1
        self.opened_at = now
        grown = min(FIRST_PAUSE * 2 ** (min(self.openings, 10) - 1), LONGEST_PAUSE)
        self.open_until = now + max(grown, min(pause or 0.0, LONGEST_WISH))
        self._probing_until = self._licensed_until = 0.0
        return True

    def open(self, opened_at: float, until: float, openings: int) -> None:
        """As another process has it."""
        self.opened_at, self.open_until, self.openings = opened_at, until, openings
        self._probing_until = self._licensed_until = 0.0

    def close(self) -> None:
        self.openings = self._in_a_row = 0
        self._recent.clear()

    def _note(self, now: float, *, failed: bool) -> None:
        self._recent.append((now, failed))
        while self._recent[0][0] < now - WINDOW_SECONDS:
            self._recent.popleft()

    def _is_too_much(self) -> bool:
        failures = sum(failed for _, failed in self._recent)
        often = len(self._recent) >= WINDOW_REQUESTS and failures >= WINDOW_SHARE * len(self._recent)
        return often or self._in_a_row >= FAILURES_IN_A_ROW
