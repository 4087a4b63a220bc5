"""Stop sequences watched here, for backends that were not told of them or do not obey (protocol §5.9)."""

from __future__ import annotations

from collections.abc import Sequence


class StopSequences:
    """Lets the visible text through up to the first stop sequence, which is never shown, not even in part."""

    def __init__(self, sequences: Sequence[str]) -> None:
        self._sequences = [sequence for sequence in sequences if sequence]
        self._longest = max(map(len, self._sequences), default=0)
        self._firsts = {sequence[0] for sequence in self._sequences}
        self._held = ""
        self.matched: str | None = None

    def feed(self, text: str) -> str:
        """What may be shown now; what could be the beginning of a stop sequence is held."""
        if self.matched is not None:
            return ""
        if not self._held and self._firsts.isdisjoint(text):
            return text
        text = self._held + text
        begun = len(text) - self._beginning(text)
        match = self._first_match(text)
        if match is None or begun <= match[0]:  # an earlier or longer one may still come true
            self._held = text[begun:]
            return text[:begun]
        return self._cut(text, match)

    def end(self) -> str:
        """What was held, when the text is over."""
        held, self._held = self._held, ""
        match = self._first_match(held)
        return held if match is None else self._cut(held, match)

    def _cut(self, text: str, match: tuple[int, str]) -> str:
        position, self.matched = match
        self._held = ""
        return text[:position]

    def _first_match(self, text: str) -> tuple[int, str] | None:
        """The earliest match; of two at one position, the longer."""
        matches = [(position, sequence) for sequence in self._sequences if (position := text.find(sequence)) >= 0]
        return min(matches, key=lambda match: (match[0], -len(match[1])), default=None)

    def _beginning(self, text: str) -> int:
        """The length of the longest end of the text that begins a stop sequence."""
        for length in range(min(len(text), self._longest - 1), 0, -1):
            end = text[len(text) - length :]
            if any(sequence.startswith(end) for sequence in self._sequences):
                return length
        return 0
