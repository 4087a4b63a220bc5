"""Patterns of model names as admins write them: `*` and `?`, several of them separated by `|` or line breaks."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from re import Pattern

SEPARATOR = re.compile(r"[|\n]")


def patterns(text: str) -> tuple[str, ...]:
    """The single patterns of a text, lower-case as the names that are matched."""
    return tuple(part.strip().lower() for part in SEPARATOR.split(text) if part.strip())


@lru_cache(maxsize=1024)
def compiled(text: str) -> Pattern[str]:
    """One expression for all patterns of a text; an empty text matches every name."""
    return re.compile("|".join(translate(pattern) for pattern in patterns(text)) or "")
