"""Text as text blocks, with the search that it rests on before it and the citations at its end (protocol §4.5)."""

from __future__ import annotations

from collections.abc import Callable

from conversion.reply.blocks import Blocks
from conversion.reply.documents import encode
from conversion.reply.events import (
    CitationsDelta,
    InputJsonDelta,
    ServerToolUseBlock,
    TextBlock,
    TextDelta,
    WebSearchToolResultBlock,
)
from conversion.reply.sources import SearchResults
from conversion.terms import ReplyTerms

MOST_BLANK = 4096
"""White space that is held back; more of it is an answer of its own kind."""


class TextBlocks:
    """The text blocks of one answer; `make_room` closes whatever other block is open."""

    def __init__(
        self, blocks: Blocks, terms: ReplyTerms, new_suffix: Callable[[], str], make_room: Callable[[], None]
    ) -> None:
        self._blocks = blocks
        self._terms = terms
        self._new_suffix = new_suffix
        self._make_room = make_room
        self._shown: list[str] = []  # what citations may point into
        self._searched = False
        self.blank = ""  # white space opens no block by itself
        self.opened = False
        self.sources = SearchResults()

    def show(self, text: str) -> None:
        """Add to the open block, or open one."""
        if self._blocks.open is not TextBlock:
            self.blank += text
            if len(self.blank) < MOST_BLANK and self.blank.isspace():
                return
            text, self.blank = self.blank, ""
            self._make_room()
            self._blocks.begin(TextBlock())
            self.opened = True
        if self._terms.web_search:
            self._shown.append(text)
        self._blocks.add(TextDelta(text))

    def close(self) -> None:
        """Attach the citations, and close the open block."""
        if self.sources.uncited:
            for citation in self.sources.citations("".join(self._shown)):
                self._blocks.add(CitationsDelta(citation))
        self._blocks.close()

    def place_search(self) -> bool:
        """Show the search once, to a client that offered it; whether that was done now."""
        if self._searched or not self.sources or not self._terms.web_search:
            return False
        self._searched = True
        search_id = "srvtoolu_01" + self._new_suffix()
        self._blocks.begin(ServerToolUseBlock(search_id, "web_search"))
        self._blocks.add(InputJsonDelta(encode({"query": self._terms.search_query}).decode()))
        self._blocks.close()
        self._blocks.place(WebSearchToolResultBlock(search_id, self.sources.results()))
        return True

    def place_empty(self) -> None:
        """Clients take an answer without a block for a failed one; white space is shown where it is all there is."""
        self._blocks.begin(TextBlock())
        if self.blank:
            self._blocks.add(TextDelta(self.blank))
        self._blocks.close()
