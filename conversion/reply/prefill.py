"""The client began the reply itself, and the backend was only asked to go on: a model that repeats it is cut short."""

from __future__ import annotations


class Prefill:
    """Holds the text back until it differs from the prefill, or is all of it."""

    def __init__(self, prefill: str) -> None:
        self._expected = prefill
        self._held = ""

    def feed(self, text: str) -> str:
        """What may be shown now."""
        if not self._expected:
            return text
        text = self._held + text
        if text.startswith(self._expected):
            return text[self._settled() :]
        if self._expected.startswith(text):
            self._held = text
            return ""
        self._settled()
        return text

    def end(self) -> str:
        """What was held, when the text is over: less than the prefill is text of its own."""
        held = self._held
        self._settled()
        return held

    def _settled(self) -> int:
        """Look no further; the length of what was looked for."""
        length = len(self._expected)
        self._expected = self._held = ""
        return length
