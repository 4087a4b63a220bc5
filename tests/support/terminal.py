"""A program in a terminal of its own: what it shows is read, keys are typed.

with Terminal([…], environment, folder) as terminal:
    terminal.shows("❯")
    terminal.type("/model")
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path

ROWS, COLUMNS = 50, 140
ESCAPES = re.compile(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][A-Z0-9]|\s")
TIMEOUT = 60.0
UP, ENTER = "\x1b[A", "\r"


class Terminal:
    """Texts are looked for without their spaces: programs move the cursor instead of writing some of them."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], folder: Path) -> None:
        self._command = command
        self._environment = {**environment, "TERM": "xterm-256color"}
        self._folder = folder
        self._written = ""

    def __enter__(self) -> Terminal:
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.chdir(self._folder)
            os.execve(self._command[0], self._command, self._environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        """Press these keys; what was shown until now is forgotten."""
        self._written = ""
        os.write(self._terminal, keys.encode())

    def shows(self, text: str) -> None:
        """Wait until the text was written since the last keys."""
        wanted = ESCAPES.sub("", text)
        deadline = time.monotonic() + TIMEOUT
        while wanted not in ESCAPES.sub("", self._written):
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} is not shown:\n{ESCAPES.sub('', self._written)[-3000:]}"
            if select.select([self._terminal], [], [], left)[0]:
                self._written += os.read(self._terminal, 65536).decode(errors="replace")
