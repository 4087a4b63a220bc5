"""Calls of an object's methods by the parts that it is made of, without keeping it.

A part that kept its whole would make a circle, which lives on until Python looks for such things: in a busy process
that costs more than the part, and stops all streams meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod


def weak_call(method: Callable[[], None]) -> Callable[[], None]:
    """Calls the method as long as its object lives."""
    known = WeakMethod(method)

    def call() -> None:
        if (alive := known()) is not None:
            alive()

    return call
