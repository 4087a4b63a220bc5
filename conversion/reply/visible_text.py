"""What stands between the text of a model and the text that the client sees: a prefill, a fence, stop sequences."""

from __future__ import annotations

from conversion.reply.fences import Fence
from conversion.reply.prefill import Prefill
from conversion.reply.stop_sequences import StopSequences
from conversion.terms import ReplyTerms


class VisibleText:
    """The filters in their order: a stop sequence is looked for in what the client would see."""

    def __init__(self, terms: ReplyTerms) -> None:
        # also the sequences that the backend was told: some ignore them, and looking twice does no harm
        sequences = dict.fromkeys((*terms.stop_sequences, *terms.local_stop_sequences))
        self._filters: list[Prefill | Fence | StopSequences] = []
        if terms.prefill:
            self._filters.append(Prefill(terms.prefill))
        if terms.structured_output:
            self._filters.append(Fence())
        self._stops = StopSequences(list(sequences))
        if sequences:
            self._filters.append(self._stops)

    @property
    def needed(self) -> bool:
        """There is something to look for."""
        return bool(self._filters)

    @property
    def matched(self) -> str | None:
        """The stop sequence that ended the text."""
        return self._stops.matched

    def feed(self, text: str) -> str:
        """What may be shown now."""
        for step in self._filters:
            text = step.feed(text)
        return text

    def end(self) -> str:
        """What was held, when the text is over."""
        text = ""
        for step in self._filters:
            text = step.feed(text) + step.end()
        return text
