"""One Message of several rounds: a model searches, reads what was found, and goes on, until it answers.

Each round is a reply of its own. The client sees one: blocks in one row, calls of the search as `server_tool_use` with
their results behind them, and one end, with the usage of all rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from conversion.notices import Notice
from conversion.reply.events import (
    ContentBlock,
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    Event,
    InputJsonDelta,
    InputRun,
    MessageDelta,
    MessageStart,
    MessageStop,
    ServerToolUseBlock,
    TextRun,
    ToolUseBlock,
    WebSearchToolResultBlock,
)
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.reply.usage import message_usage
from conversion.search.offer import NAME
from conversion.search.results import LONGEST_QUERY, ErrorCode, Found, for_client, for_model
from conversion.terms import ReplyTerms
from conversion.usage import Usage


@dataclass(slots=True)
class Search:
    """One call of the search: the model's id and the client's, and the arguments as they came."""

    call_id: str
    use_id: str
    parts: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """What is searched for; empty where the model did not say."""
        try:
            match msgspec.json.decode("".join(self.parts)):
                case {"query": str(query)}:
                    return query.strip()
        except (msgspec.DecodeError, RecursionError):
            pass
        return ""

    @property
    def fault(self) -> ErrorCode | None:
        """Why it cannot be searched for."""
        if not self.query:
            return "invalid_tool_input"
        return "query_too_long" if len(self.query) > LONGEST_QUERY else None


class Rounds:
    """The Message so far. What it says of itself is of all rounds together, as a `Translation` says it of one."""

    def __init__(self, terms: ReplyTerms, new_suffix: Callable[[], str]) -> None:
        self._terms = terms
        self._new_suffix = new_suffix
        self._earlier = Usage()
        self._notices: list[Notice] = []
        self._round: Translation | None = None
        self._said: list[Event] = []
        self._places: dict[int, int] = {}
        self._next = 0
        self._started = False
        self._end: MessageDelta | None = None
        self._by_index: dict[int, Search] = {}
        self._searches = 0
        self.calls = 0

    def begin(self, translation: Translation) -> None:
        """Another round begins."""
        if self._round is not None:
            self._earlier = added(self._earlier, self._round.usage)
            self._notices += self._round.notices
        self._round = translation
        self._said, self._places, self._by_index, self._end, self.calls = [], {}, {}, None, 0

    def take(self, events: Sequence[Event]) -> list[Event]:
        """The round's next events as the client is to see them; the round's end is kept."""
        self._said += events
        return [shown for event in events if (shown := self._shown(event)) is not None]

    @property
    def searches(self) -> list[Search]:
        """What the model wants to be searched for in this round."""
        return list(self._by_index.values())

    @property
    def wants_more(self) -> bool:
        """Whether the model waits for what is found, and for nothing that the client does."""
        return bool(self._by_index) and self.calls == 0 and self._ended_with_calls

    @property
    def _ended_with_calls(self) -> bool:
        return self._end is not None and self._end.delta.stop_reason == "tool_use"

    def show(self, found: Sequence[Found]) -> list[Event]:
        """The results of this round's searches, in their order."""
        self._searches += sum(not isinstance(each, str) for each in found)
        events: list[Event] = []
        for search, each in zip(self.searches, found, strict=True):
            block = WebSearchToolResultBlock(search.use_id, for_client(each))
            events += [ContentBlockStart(self._next, block), ContentBlockStop(self._next)]
            self._next += 1
        return events

    def said(self) -> Raw:
        """What the model said in this round, as the content of an assistant's message."""
        content: object = msgspec.json.decode(fold(self._said))["content"]
        return Raw(msgspec.json.encode(content))

    def told(self, found: Sequence[Found]) -> Raw:
        """What was found, as the content of the user's message that follows."""
        results = [
            {"type": "tool_result", "tool_use_id": search.call_id, "content": for_model(search.query, each)}
            for search, each in zip(self.searches, found, strict=True)
        ]
        return Raw(msgspec.json.encode(results))

    def end(self) -> list[Event]:
        """The end of the Message. A turn that ends with searches alone ends as any other."""
        assert self._end is not None
        delta = self._end.delta
        if self._ended_with_calls and not self.calls:
            delta = replace(delta, stop_reason="end_turn")
        return [replace(self._end, delta=delta, usage=message_usage(self.usage, self._terms)), MessageStop()]

    # what a usage row is told

    @property
    def usage(self) -> Usage:
        assert self._round is not None
        return replace(added(self._earlier, self._round.usage), web_search_requests=self._searches)

    @property
    def stop_reason(self) -> str | None:
        return self._round.stop_reason if self._round is not None else None

    @property
    def notices(self) -> list[Notice]:
        return [*self._notices, *(self._round.notices if self._round is not None else ())]

    @property
    def output_estimate(self) -> int:
        return self._earlier.output_tokens + (self._round.output_estimate if self._round is not None else 0)

    @property
    def opened(self) -> bool:
        return self._next > 0

    # what the client sees

    def _shown(self, event: Event) -> Event | None:
        match event:
            case MessageStart():
                started, self._started = self._started, True
                return None if started else event
            case ContentBlockStart(index=index, content_block=block):
                return ContentBlockStart(self._place(index), self._block(index, block))
            case ContentBlockDelta(index=index, delta=delta):
                if isinstance(delta, InputJsonDelta) and (search := self._by_index.get(index)):
                    search.parts.append(delta.partial_json)
                return ContentBlockDelta(self._places[index], delta)
            case TextRun(index=index, parts=parts):
                return TextRun(self._places[index], parts)
            case InputRun(index=index, parts=parts):
                if search := self._by_index.get(index):
                    search.parts += parts
                return InputRun(self._places[index], parts)
            case ContentBlockStop(index=index):
                return ContentBlockStop(self._places[index])
            case MessageDelta():
                self._end = event
                return None
            case MessageStop():
                return None
        return event

    def _place(self, index: int) -> int:
        self._places[index] = place = self._next
        self._next += 1
        return place

    def _block(self, index: int, block: ContentBlock) -> ContentBlock:
        """The block for the client; notes what is called."""
        if not isinstance(block, ToolUseBlock):
            return block
        if block.name != NAME:
            self.calls += 1
            return block
        search = self._by_index[index] = Search(block.id, "srvtoolu_01" + self._new_suffix())
        return ServerToolUseBlock(search.use_id, NAME)


def added(one: Usage, other: Usage) -> Usage:
    """The usage of both; what is no figure is the later one's."""
    costs = [usage.cost for usage in (one, other) if usage.cost is not None]
    return replace(
        other,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cache_read_input_tokens=one.cache_read_input_tokens + other.cache_read_input_tokens,
        cache_creation_input_tokens=one.cache_creation_input_tokens + other.cache_creation_input_tokens,
        cache_creation_1h_input_tokens=one.cache_creation_1h_input_tokens + other.cache_creation_1h_input_tokens,
        thinking_tokens=one.thinking_tokens + other.thinking_tokens,
        cost=str(sum(map(Decimal, costs))) if costs else None,
        estimated=one.estimated or other.estimated,
    )
