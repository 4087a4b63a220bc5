"""Disk space put aside, so that running requests can still be closed when the disk is full."""

from __future__ import annotations

import time
from pathlib import Path

SIZE = 4 * 1024 * 1024
RETRY_SECONDS = 1.0


class Reserve:
    """A file whose only use is that it can be deleted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = False
        self._next_try = 0.0

    def hold(self) -> bool:
        """Whether the space is put aside; where it is not, that is tried again, at most once a second."""
        if not self._held and time.monotonic() >= self._next_try:
            self._next_try = time.monotonic() + RETRY_SECONDS
            self._held = self._fill()
        return self._held

    def release(self) -> None:
        """Give the space to those who need it now."""
        self._held = False
        self._next_try = time.monotonic() + RETRY_SECONDS
        self._path.unlink(missing_ok=True)

    def _fill(self) -> bool:
        try:
            self._path.write_bytes(bytes(SIZE))  # written, not only declared: not every file system can preallocate
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        return True
