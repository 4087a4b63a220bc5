"""The requests in flight of one process, in a file that is part of its memory (`NAME.slots`).

A request has a slot from its opening until its closing is committed: its opening, and how far it has come. Writing
there costs neither a system call nor another thread, and what is written survives the end of the process at any moment,
for the kernel has it.

- The space of a slot is really there before it is used: on a full disk a file cannot grow, but memory that has no space
  on its disk would end the process.
- A slot counts when it has a number, which is written last, and its checksum is right. What a machine kept of it that
  lost its power does not matter.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import NamedTuple
from zlib import crc32

PIECE = 256 * 1024
"""By how much the file grows: a multiple of all page sizes. No slot crosses the border of two."""
SLOT = 2048
"""What the size of every slot is a multiple of. Most openings are half as long."""
HEADER = Struct("=QIIQ")
"""Output tokens, length and checksum of the content, number."""
TOKENS, NUMBER = 0, 2
"""Where these are in a slot that is seen as 64-bit numbers."""


class InFlight(NamedTuple):
    """What a slot says."""

    number: int
    content: bytes
    output_tokens: int


class Slot:
    """The place of one request; `content` is what was put into it."""

    __slots__ = ("_memory", "content", "figures")

    def __init__(self, memory: memoryview, content: bytes = b"") -> None:
        self._memory = memory
        self.figures = memory.cast("Q")
        self.content = content

    @property
    def size(self) -> int:
        return len(self._memory)

    @property
    def number(self) -> int:
        return self.figures[NUMBER]

    def fill(self, content: bytes) -> None:
        self.content = content
        self._memory[HEADER.size : HEADER.size + len(content)] = content

    def publish(self, number: int) -> None:
        """From here on the content counts."""
        HEADER.pack_into(self._memory, 0, 0, len(self.content), crc32(self.content), number)

    def clear(self) -> None:
        self.figures[NUMBER] = 0


class Slots:
    """The slots of a file: of this process, whose event loop takes them, or what one that is gone left in them."""

    def __init__(self, path: Path) -> None:
        self.number = 0
        self._path = path
        self._taken = {slot.number: slot for slot in slots_left(path)}
        self._free: defaultdict[int, list[Slot]] = defaultdict(list)
        self._piece = memoryview(b"")

    def __len__(self) -> int:
        """How many are taken."""
        return len(self._taken)

    def take(self, content: bytes) -> Slot:
        """Put it into a slot; raises OSError where there is no space for it."""
        size = size_of(len(content))
        slot = self._free[size].pop() if self._free[size] else self._unused(size)
        slot.fill(content)
        self.number += 1
        slot.publish(self.number)
        self._taken[self.number] = slot
        return slot

    def give_back(self, slot: Slot) -> None:
        del self._taken[slot.number]
        slot.clear()
        self._free[slot.size].append(slot)

    def in_flight(self, after: int = 0) -> list[InFlight]:
        """What is in the slots with higher numbers, in the order in which they were taken."""
        taken = self._taken.copy()  # at once, while other threads change it
        return [
            InFlight(number, slot.content, slot.figures[TOKENS]) for number, slot in taken.items() if number > after
        ]

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def _unused(self, size: int) -> Slot:
        """A slot that nobody had before."""
        if size > len(self._piece):
            self._piece = self._grown()
        slot, self._piece = Slot(self._piece[:size]), self._piece[size:]
        return slot

    def _grown(self) -> memoryview:
        """Another piece of the file, filled with zeros: not every file system can preallocate."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            end = os.fstat(file).st_size // PIECE * PIECE  # what is beyond did not become a piece
            if os.pwrite(file, bytes(PIECE), end) < PIECE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return memoryview(mmap.mmap(file, PIECE, offset=end))
        finally:
            os.close(file)


def size_of(length: int) -> int:
    """The size of a slot for so much content."""
    size = -(-(HEADER.size + length) // SLOT) * SLOT
    if size > PIECE:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return size


def slots_left(path: Path) -> Iterator[Slot]:
    """The slots that are taken in a file; there may be none."""
    data = memoryview(path.read_bytes() if path.exists() else b"")
    for start in range(0, len(data) - PIECE + 1, PIECE):
        yield from slots_of_piece(data[start : start + PIECE])


def slots_of_piece(piece: memoryview) -> Iterator[Slot]:
    while len(piece) >= SLOT:
        _, length, checksum, number = HEADER.unpack_from(piece)
        content = bytes(piece[HEADER.size : HEADER.size + length])
        size = size_of(len(content))
        if number and crc32(content) == checksum:
            yield Slot(piece[:size], content)
        piece = piece[size:]
