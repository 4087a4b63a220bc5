"""What was made of the large parts of a prompt: they come again on each turn, and are looked up and not made again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Raw

SMALLEST = 2 * 1024
LARGEST = 256 * 1024
MOST = 64
_ENDING = 64

Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """The same as `make`, whose result must depend on nothing else and is never changed by those who get it.

    A part is found by its length and its end, and taken only where all of its bytes are the same: that costs a tenth of
    a hash of them.
    """

    def __init__(self, make: Callable[[bytes], Made]) -> None:
        self._make = make
        self._known: OrderedDict[tuple[int, bytes], tuple[bytes, Made]] = OrderedDict()

    def of(self, raw: Raw) -> Made:
        source = bytes(raw)
        if not SMALLEST <= len(source) <= LARGEST:
            return self._make(source)
        place = len(source), source[-_ENDING:]
        known = self._known.pop(place, None)
        if known is None or known[0] != source:
            known = source, self._make(source)
        self._known[place] = known
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return known[1]
