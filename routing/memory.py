"""A bounded memory of what took long to get. Several threads may use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """Values by name, for some time. When they are too many or too large, those go that were used longest ago."""

    def __init__(self, *, entries: int, size: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = entries, size
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._size = 0
        self._kept: dict[str, tuple[Value, int, float]] = {}

    def get(self, name: str) -> Value | None:
        with self._lock:
            entry = self._kept.pop(name, None)
            if entry is None:
                return None
            value, size, until = entry
            if until <= self._clock():
                self._size -= size
                return None
            self._kept[name] = entry  # at the end: used last
            return value

    def put(self, name: str, value: Value, size: int) -> None:
        entries, most = self._limits
        with self._lock:
            self._drop(name)
            if size > most:
                return
            self._kept[name] = value, size, self._clock() + self._seconds
            self._size += size
            while len(self._kept) > entries or self._size > most:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _drop(self, name: str) -> None:
        if name in self._kept:
            self._size -= self._kept.pop(name)[1]
