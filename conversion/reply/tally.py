"""How much one answer is: what the backend reports, and an estimate of ours for what it does not."""

from __future__ import annotations

import msgspec

from conversion.reply.deltas import Reported
from conversion.reply.usage import merged, usage_of
from conversion.terms import ReplyTerms
from conversion.usage import Usage

_BYTES_PER_TOKEN = 4


class Tally:
    """Counts while the answer streams by, as cheaply as that can be done."""

    __slots__ = ("_reported", "_terms", "_thought", "_told", "_written", "asked", "searches")

    def __init__(self, terms: ReplyTerms) -> None:
        self._terms = terms
        self._reported = Reported()
        self._written = 0
        self._thought = 0
        self._told = 0
        self.searches = 0
        self.asked = True  # a backend was, so something was used

    def write(self, text: str) -> None:
        """Count something that the model wrote."""
        self._written += len(text) if text.isascii() else len(text.encode(errors="replace"))

    def think(self, text: str) -> None:
        """Count reasoning, which is output too."""
        self._thought += len(text) if text.isascii() else len(text.encode(errors="replace"))

    def report(self, reported: Reported) -> None:
        """Take the backend's own figures; what it says last counts."""
        self._reported = merged(self._reported, reported)

    def thought_since(self, step: int) -> int:
        """Tokens of reasoning since this last gave some; 0 as long as they are fewer than `step`."""
        tokens = _tokens(self._thought) - self._told
        if tokens < step:
            return 0
        self._told += tokens
        return tokens

    @property
    def output_estimate(self) -> int:
        """Output tokens so far."""
        return _tokens(self._written + self._thought)

    @property
    def usage(self) -> Usage:
        """Usage as known now."""
        if not self.asked:
            return Usage()
        usage = usage_of(
            self._reported,
            estimated_input=self._terms.estimated_input_tokens,
            estimated_output=self.output_estimate,
            estimated_thinking=_tokens(self._thought),
            one_hour_cache=self._terms.one_hour_cache,
        )
        return msgspec.structs.replace(usage, web_search_requests=usage.web_search_requests or self.searches)

    def fills(self, window: int | None) -> bool:
        """Whether the answer ended because the context window is full, and not at the limit that the client set."""
        prompt, completion = self._reported.prompt, self._reported.completion
        if window is None or prompt is None or completion is None:
            return False
        return prompt + completion >= window and completion < self._terms.max_tokens


def _tokens(length: int) -> int:
    return -(-length // _BYTES_PER_TOKEN)
