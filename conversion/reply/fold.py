"""Events into a whole Message (protocol §4): the answer to a client that does not stream is the fold of the stream."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Raw

from conversion.reply.documents import encode
from conversion.reply.events import (
    CitationsDelta,
    ContentBlock,
    ContentBlockDelta,
    ContentBlockStart,
    Event,
    InputJsonDelta,
    InputRun,
    Message,
    MessageDelta,
    MessageStart,
    ServerToolUseBlock,
    SignatureDelta,
    TextBlock,
    TextDelta,
    TextRun,
    ThinkingBlock,
    ThinkingDelta,
    ToolUseBlock,
    WebSearchCitation,
)
from conversion.reply.json_repair import INVALID, complete_members

_CUT_OFF = frozenset({"max_tokens", "model_context_window_exceeded"})

_decode = msgspec.json.Decoder(dict[str, Raw]).decode


def fold(events: Iterable[Event]) -> bytes:
    """The Message that the events of one finished reply make, as JSON."""
    blocks: list[_Block] = []
    message: Message | None = None
    for event in events:
        match event:
            case MessageStart():
                message = event.message
            case ContentBlockStart():
                blocks.append(_Block(event.content_block))
            case ContentBlockDelta():
                blocks[-1].add(event)
            case TextRun() | InputRun():
                blocks[-1].add_run(event)
            case MessageDelta() if message is not None:
                message = msgspec.structs.replace(
                    message,
                    stop_reason=event.delta.stop_reason,
                    stop_sequence=event.delta.stop_sequence,
                    stop_details=event.delta.stop_details,
                    safeguard_results=event.delta.safeguard_results,
                    usage=event.usage,
                    context_management=event.context_management,
                    input_transformations=event.input_transformations,
                )
    if message is None or message.stop_reason is None:
        raise ValueError("the events are no finished reply")
    if message.stop_reason == "refusal":
        blocks = [block for block in blocks if not block.unfinished_call] or [_Block(TextBlock(""))]
    cut = message.stop_reason in _CUT_OFF
    return encode(msgspec.structs.replace(message, content=tuple(block.finished(cut=cut) for block in blocks)))


class _Block:
    """A block while its deltas come."""

    def __init__(self, block: ContentBlock) -> None:
        self._block = block
        self._parts: list[str] = []
        self._citations: list[WebSearchCitation] = []
        self._signature = ""

    def add(self, event: ContentBlockDelta) -> None:
        match event.delta:
            case TextDelta(text=part) | ThinkingDelta(thinking=part) | InputJsonDelta(partial_json=part):
                self._parts.append(part)
            case SignatureDelta(signature=signature):
                self._signature = signature
            case CitationsDelta(citation=citation):
                self._citations.append(citation)

    def add_run(self, event: TextRun | InputRun) -> None:
        self._parts += event.parts

    @property
    def unfinished_call(self) -> bool:
        """A call whose arguments a filter broke off."""
        return isinstance(self._block, ToolUseBlock) and not _is_object("".join(self._parts))

    def finished(self, *, cut: bool) -> ContentBlock:
        whole = "".join(self._parts)
        match self._block:
            case TextBlock():
                return TextBlock(whole, self._citations or UNSET)
            case ThinkingBlock():
                return ThinkingBlock(whole, self._signature)
            case ToolUseBlock() | ServerToolUseBlock():
                return msgspec.structs.replace(self._block, input=Raw(_input(whole, cut=cut).encode()))
        return self._block


def _input(arguments: str, *, cut: bool) -> str:
    """The arguments as an object. Cut-off ones keep their complete members where the client is told of the cut."""
    if _is_object(arguments):
        return arguments
    return complete_members(arguments) if cut else encode({INVALID: arguments}).decode()


def _is_object(arguments: str) -> bool:
    try:
        _decode(arguments)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return True
