"""The steps between a request and its row at which a process may end, and how to end it there."""

import os

from django.db.backends.utils import CursorWrapper

from accounting import adoption, copier, writer
from accounting.journal import Journal
from accounting.lock import Lock
from accounting.slots import Slot, Slots
from accounting.writer import JournalWriter

CRASHED = 137

STEPS = {
    "lock made": (Lock, "prepare", "after"),
    "journal made": (Lock, "publish", "before"),
    "journal published": (Lock, "publish", "after"),
    "journal with space": (Slots, "_grown", "after"),
    "a slot without a number": (Slot, "publish", "before"),
    "a slot with a number": (Slot, "publish", "after"),
    "before a commit": (Journal, "write", "before"),
    "after a commit": (Slots, "give_back", "before"),
    "a slot given back": (Slots, "give_back", "after"),
    "before callers are told": (writer, "finish", "before"),
    "callers told": (writer, "finish", "after"),
    "in the transaction of the table": (CursorWrapper, "executemany", "after"),
    "after the commit of the table": (copier, "store", "after"),
    "copied rows forgotten": (JournalWriter, "forget", "after"),
    "before an adopted journal is replayed": (adoption, "replay", "before"),
    "within an adopted journal": (adoption, "store", "after"),
    "adopted journal replayed": (adoption, "replay", "after"),
    "adopted journal without files": (Lock, "remove", "before"),
    "adopted journal gone": (Lock, "remove", "after"),
}


def arm(step, count, steps=STEPS):
    """End this process at the count-th time that it comes to the step."""
    owner, name, when = steps[step]
    original = vars(owner)[name]
    function = original.__func__ if isinstance(original, classmethod) else original
    passes = iter(range(1, count))

    def crashing(*arguments, **keywords):
        last = next(passes, None) is None
        if last and when == "before":
            os._exit(CRASHED)
        result = function(*arguments, **keywords)
        if last:
            os._exit(CRASHED)
        return result

    setattr(owner, name, classmethod(crashing) if isinstance(original, classmethod) else crashing)
