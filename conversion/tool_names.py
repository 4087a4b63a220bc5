"""Tool names that backends accept (protocol §3.3): renamed only where needed, by a rule that needs no memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_LONGEST = 64
_LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_FORBIDDEN = re.compile(r"[^a-zA-Z0-9_-]")


def renamed_tools(names: Iterable[str]) -> dict[str, str]:
    """The client's name → the backend's, for the names that no backend would accept.

    Give all names of a request at once: legal ones keep theirs, and no two of the others become the same.
    """
    illegal = []
    taken = set()
    for name in dict.fromkeys(names):
        if _LEGAL.fullmatch(name):
            taken.add(name)
        else:
            illegal.append(name)
    renamed = {}
    for name in illegal:
        forms = (_shortened(name, digits) for digits in range(8, 41, 4))
        renamed[name] = next((form for form in forms if form not in taken), _shortened(name, 40))
        taken.add(renamed[name])
    return renamed


def _shortened(name: str, digits: int) -> str:
    mark = hashlib.sha1(name.encode(errors="replace"), usedforsecurity=False).hexdigest()[:digits]
    return _FORBIDDEN.sub("_", name)[: _LONGEST - 1 - digits] + "_" + mark
