"""What led to the calls, in brief: who said what, newest kept, each part shortened in its middle.

What the user said matters most and has an allowance of its own: it tells what was wanted. What tools and files gave
back is data from anywhere; it is told apart by `from`, and every text is a JSON string, so that none can pose as
another's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conversion.request.blocks import Block, inner_blocks, read_blocks
from conversion.request.notes import Notes
from conversion.request.read import InputMessage

Entry = dict[str, str]

LONGEST = {"user": 8_000, "system": 2_000, "assistant": 2_000, "assistant_call": 3_000, "tool_result": 2_000}
"""Characters of one entry, by whom it is from."""
MOST = {True: 48_000, False: 48_000}
"""Characters of all entries that the user wrote (True), and of all others."""


def transcript(messages: Sequence[InputMessage]) -> list[Entry]:
    """The entries that fit, oldest first; where some were left out, the first one says how many."""
    left, kept, dropped = dict(MOST), list[Entry](), 0
    for entry in reversed([entry for message in messages for entry in _entries(message)]):
        theirs = entry["from"] == "user"
        left[theirs] -= len(entry["text"])
        if left[theirs] < 0:
            dropped += 1
        else:
            kept.append(entry)
    if dropped:
        kept.append({"from": "gateway", "text": f"{dropped} earlier entries were left out"})
    return kept[::-1]


def _entries(message: InputMessage) -> Iterator[Entry]:
    for block in read_blocks(message.content, "messages", Notes()):
        match block.type:
            case "text":
                yield _entry(message.role, block.text)
            case "tool_use":
                yield _entry("assistant_call", f"{block.name} {bytes(block.input).decode()}")
            case "tool_result":
                yield _entry("tool_result", _text(block))
            case "image" | "document":
                yield _entry(message.role, f"[{block.type}]")


def _entry(whose: str, text: str) -> Entry:
    return {"from": whose, "text": shortened(text, LONGEST[whose])}


def _text(result: Block) -> str:
    return "\n".join(block.text or f"[{block.type}]" for block in inner_blocks(result.content))


def shortened(text: str, length: int) -> str:
    """The beginning and the end of a text that is too long."""
    if len(text) <= length:
        return text
    half = length // 2
    return f"{text[:half]} […{len(text) - 2 * half} characters…] {text[-half:]}"
