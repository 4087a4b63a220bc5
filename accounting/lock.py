"""A lock file that says whether its process lives: the kernel frees the lock when the process is gone.

Nobody ever sees the file of a living process unlocked: it is made and locked under another name (`*.new`) and only then
gets its own. A file that is locked after it was opened may meanwhile have been removed by somebody faster, so whoever
seizes one looks again whether the name still means the same file.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """A lock that this process holds."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def prepare(cls, path: Path) -> Lock:
        """A lock that nobody sees yet."""
        new = path.with_name(f"{path.name}.new")
        lock = cls(new, os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        fcntl.flock(lock._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock

    def publish(self) -> None:
        """Give a prepared lock its own name, so that others look at it."""
        path = self.path.with_suffix("")
        self.path.rename(path)
        self.path = path
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)  # the names survive a power failure, too
        finally:
            os.close(directory)

    @classmethod
    def seize(cls, path: Path) -> Lock | None:
        """The lock of a process that is gone; None while it lives, or when somebody else was faster."""
        try:
            lock = cls(path, os.open(path, os.O_RDWR))
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(lock._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock._descriptor).st_ino == path.stat().st_ino:
                return lock
        except (BlockingIOError, FileNotFoundError):
            pass
        lock.release()
        return None

    def release(self) -> None:
        """Leave the file to whoever seizes it next."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remove(self) -> None:
        """Remove the file, then the lock: who waits for it finds that it is gone."""
        self.path.unlink(missing_ok=True)
        self.release()
