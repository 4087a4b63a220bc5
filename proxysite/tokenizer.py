"""The tokens of a text by a tokenizer that has its vocabulary with it: nothing is downloaded, no file is read.

It counts as OpenAI's models do (o200k_base); what others make of a text differs by a factor that is learned for each
(`routing/calibration.py`). Where its wheel is missing, texts are estimated.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Protocol

from conversion.estimates import estimate_text

VOCABULARY = "o200k_base"
PIECE = 16 * 1024
"""A text of as many characters is counted without letting any other thread run."""


class Tokenizer(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def tokenizer() -> Tokenizer | None:
    """The one of this process. Who asks first loads it: 32 MB that many a process never needs."""
    with _loading:
        return _once()


def loaded() -> bool:
    """Whether asking for it takes no time."""
    return _once.cache_info().currsize > 0


def load() -> Tokenizer | None:
    """To load it takes a tenth of a second, during which nothing else runs."""
    try:
        import splintr
    except ImportError:
        return None
    return splintr.Tokenizer.from_pretrained(VOCABULARY)


_once = cache(load)
_loading = Lock()


def count_text(text: str, characters_per_token: float) -> int:
    """The tokens of a text; `characters_per_token` is for the estimate only."""
    found = tokenizer()
    if found is None:
        return estimate_text(text, characters_per_token)
    pieces = (text[start : start + PIECE] for start in range(0, len(text), PIECE))
    return sum(len(found.encode_ordinary(piece)) for piece in pieces)
