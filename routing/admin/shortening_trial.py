"""What shortening makes of a prompt, for people: before and after, what went, by which rule and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import msgspec

from conversion.compression import Extent, Shortened, question_for, shortened
from conversion.compression.compact import Removal
from conversion.compression.prompt_texts import PromptTexts
from conversion.estimates import estimate_text
from conversion.notices import Notice
from conversion.request.history import SYSTEM_ROLES
from conversion.request.read import MessagesRequest, read_count_tokens_request
from conversion.tokens import count_tokens
from routing.models import Compression, PromptSummary
from routing.scopes import compression_entry

CONTEXT = 2
"""How many lines that stay are shown around those that change."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison; `kind`: same, removed, added, or skipped for lines that are not shown."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the request, before and after."""

    name: str
    before: str
    after: str

    @property
    def tokens_before(self) -> int:
        return estimate_text(self.before) if self.before else 0

    @property
    def tokens(self) -> int:
        return estimate_text(self.after) if self.after else 0

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def lines(self) -> list[Line]:
        return list(compared(self.before.split("\n"), self.after.split("\n")))


@dataclass(frozen=True, slots=True)
class Trial:
    """`summary`: the one that stands in for the guidance; `pending`: one would be made at the first request."""

    parts: Sequence[Part]
    removals: Sequence[Removal]
    notices: Sequence[Notice]
    tokens_before: int
    tokens: int
    summary: PromptSummary | None = None
    pending: bool = False


def trial(text: str, compression: Compression, max_system_tokens: int) -> Trial:
    """Shorten what was pasted as requests of this row are; raises InvalidRequest for JSON that is no request."""
    before = _request(text)
    extent = _extent(compression, max_system_tokens)
    summary, pending = _summary(before, compression, extent)
    result = shortened(before, extent, summary.text if summary else None)
    return Trial(
        parts=_parts(before, result),
        removals=result.compacted.removals if result.compacted else (),
        notices=result.notices,
        tokens_before=count_tokens(before),
        tokens=count_tokens(result.request),
        summary=summary,
        pending=pending,
    )


def _request(text: str) -> MessagesRequest:
    """The body of a request, or one with this system prompt."""
    if text.lstrip().startswith("{"):
        return read_count_tokens_request(text.encode(errors="replace"))
    plain = {"model": "any", "system": text.replace("\r\n", "\n"), "messages": [{"role": "user", "content": "Hello"}]}
    return read_count_tokens_request(msgspec.json.encode(plain))


def _extent(compression: Compression, max_system_tokens: int) -> Extent:
    extent = compression_entry(compression).extent
    return replace(extent, max_system_tokens=max_system_tokens) if extent.max_system_tokens is not None else extent


def _summary(request: MessagesRequest, compression: Compression, extent: Extent) -> tuple[PromptSummary | None, bool]:
    question = question_for(request, extent) if compression.mode == "summarize" else None
    if question is None:
        return None, False
    made = PromptSummary.objects.filter(guidance=question.guidance).exclude(text="").first()
    return made, made is None


def _parts(before: MessagesRequest, result: Shortened) -> list[Part]:
    after = result.request
    system = Part("System prompt", _joined(before.system), _joined(after.system))
    messages = [
        Part(f"messages.{index}", _joined(one.content), _joined(other.content))
        for index, (one, other) in enumerate(zip(before.messages, after.messages, strict=True))
        if one.role in SYSTEM_ROLES
    ]
    tools = [
        Part(f"Tool {one.name}", one.description or "", other.description or "")
        for one, other in zip(before.tools or (), after.tools or (), strict=True)
    ]
    return [system, *messages, *tools]


def _joined(content: msgspec.Raw) -> str:
    return "\n\n".join(PromptTexts.of(content).texts)


def compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """What changed, with a few lines around it."""
    steps = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT)
    shown = 0
    for group in steps:
        yield from _skipped(group[0][1] - shown)
        for kind, start, end, other_start, other_end in group:
            if kind == "equal":
                yield from (Line("same", line) for line in before[start:end])
                continue
            yield from (Line("removed", line) for line in before[start:end])
            yield from (Line("added", line) for line in after[other_start:other_end])
        shown = group[-1][2]
    yield from _skipped(len(before) - shown)


def _skipped(count: int) -> Iterator[Line]:
    if count:
        yield Line("skipped", f"… {count} lines stay as they are")
