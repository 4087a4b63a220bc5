"""Reasoning as thinking blocks, shown or only signed; a signature carries the state known by then (protocol §4.6)."""

from __future__ import annotations

from collections.abc import Callable

from conversion.reply.blocks import Blocks
from conversion.reply.events import RedactedThinkingBlock, SignatureDelta, ThinkingBlock, ThinkingDelta
from conversion.reply.reasoning import ReasoningTrail
from conversion.reply.tally import Tally
from conversion.reply.text_blocks import MOST_BLANK
from conversion.terms import ReplyTerms

TOKEN_COUNT = "thinking-token-count-2026-05-13"
STEP = 200  # tokens of unshown reasoning between two signs of life


class ThinkingBlocks:
    """The thinking blocks of one answer; `leave` closes whatever other block is open."""

    def __init__(
        self, blocks: Blocks, trail: ReasoningTrail, terms: ReplyTerms, tally: Tally, leave: Callable[[], None]
    ) -> None:
        self._blocks = blocks
        self._trail = trail
        self._tally = tally
        self._leave = leave
        self._is_shown = terms.thinking == "shown"
        self._is_counted = TOKEN_COUNT in terms.betas
        self._blank = ""  # white space opens no block by itself

    def show(self, text: str) -> None:
        """Add to the open block, or open one."""
        if self._blocks.open is not ThinkingBlock:
            self._blank += text
            if len(self._blank) < MOST_BLANK and self._blank.isspace():
                return
            text, self._blank = self._blank, ""
            self._leave()
            self._blocks.begin(ThinkingBlock())
        if self._is_shown:
            self._blocks.add(ThinkingDelta(text))
            return
        self._trail.add_unshown_text(text)
        if self._is_counted and (tokens := self._tally.thought_since(STEP)):
            self._blocks.add(ThinkingDelta("", tokens))

    def close(self) -> None:
        """Sign and close the open block."""
        self._blocks.add(SignatureDelta(self._trail.sealed()))
        self._blocks.close()

    def carry_state(self) -> None:
        """State that no thinking block carries gets a block of its own."""
        if self._trail.uncarried:
            self._blocks.place(RedactedThinkingBlock(self._trail.sealed()))
