"""Structured output that a model wrapped into a Markdown fence: the JSON alone is what the client asked for."""

from __future__ import annotations

import re

_OPENING = re.compile(r"\s*```[A-Za-z]*[ \t]*\r?\n")
_COULD_OPEN = re.compile(r"\s*(?:`{1,2}|```[A-Za-z]*[ \t]*\r?)?")
_CLOSING = re.compile(r"\s*```\s*")
_COULD_CLOSE = " \t\r\n`"


class Fence:
    """Takes away a fence around the whole text, as it streams by."""

    def __init__(self) -> None:
        self._fenced: bool | None = None  # None: not known yet
        self._held = ""

    def feed(self, text: str) -> str:
        """What may be shown now."""
        text, self._held = self._held + text, ""
        if self._fenced is None:
            if _COULD_OPEN.fullmatch(text):
                self._held = text
                return ""
            opening = _OPENING.match(text)
            self._fenced = opening is not None
            text = text[opening.end() :] if opening else text
        if not self._fenced:
            return text
        shown = text.rstrip(_COULD_CLOSE)
        self._held = text[len(shown) :]
        return shown

    def end(self) -> str:
        """What was held, when the text is over; the closing fence is not shown."""
        held, self._held = self._held, ""
        return "" if self._fenced and _CLOSING.fullmatch(held) else held
