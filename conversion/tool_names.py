"""Tool names that backends accept (protocol §3.3): renamed only where needed, by a rule that needs no memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_LONGEST = 64
_LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_BEGINS_WITH_LETTER = re.compile(r"[a-zA-Z_]")
_FORBIDDEN = re.compile(r"[^a-zA-Z0-9_-]")


def renamed_tools(names: Iterable[str], *, letter_first: bool = False) -> dict[str, str]:
    """The client's name → the backend's, for the names that the backend would not accept.

    Give all names of a request at once: legal ones keep theirs, and no two of the others become the same.
    `letter_first`: names must begin with a letter or an underscore.
    """
    illegal = []
    taken = set()
    for name in dict.fromkeys(names):
        if _LEGAL.fullmatch(name) and (not letter_first or _BEGINS_WITH_LETTER.match(name)):
            taken.add(name)
        else:
            illegal.append(name)
    renamed = {}
    for name in illegal:
        forms = (_shortened(name, digits, letter_first) for digits in range(8, 41, 4))
        renamed[name] = next((form for form in forms if form not in taken), _shortened(name, 40, letter_first))
        taken.add(renamed[name])
    return renamed


def _shortened(name: str, digits: int, letter_first: bool) -> str:
    mark = hashlib.sha1(name.encode(errors="replace"), usedforsecurity=False).hexdigest()[:digits]
    legal = _FORBIDDEN.sub("_", name)
    if letter_first and not _BEGINS_WITH_LETTER.match(legal):
        legal = f"_{legal}"
    return legal[: _LONGEST - 1 - digits] + "_" + mark
