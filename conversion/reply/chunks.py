"""Any chunk of a stream, and any whole completion, into deltas (protocol §4.2, §5.4): matched by shape, never trusted.

The order within a chunk is fixed: usage, error, reasoning, sources, content, refusal, tool calls, finish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.reply import documents, reasoning, sources, usage
from conversion.reply.deltas import (
    CallFragment,
    Delta,
    ExtraContent,
    Finish,
    Reasoning,
    ReasoningDetails,
    Refusal,
    Text,
    Thought,
    ThoughtSignature,
)
from conversion.reply.error_report import filtered_categories, is_error
from conversion.reply.stop_reason import FAILED

IMAGE = "[image]"
UNSUPPORTED_OUTPUT = "[image output is not supported]"


class ChunkReader:
    """Reads the chunks of one stream, or one whole completion; `failure` makes an error of an error document."""

    def __init__(self, failure: Callable[[object], BackendFailure], *, whole: bool = False) -> None:
        self._failure = failure
        self._whole = whole
        self._summary: object = None  # which entry of reasoning_details spoke last
        self._output_was_dropped = False
        self.finishing = False  # the document read last says that the answer ends

    def read(self, document: object) -> Iterator[Delta | Notice]:
        """What the document says; raises `BackendFailure` where it says that the backend failed."""
        body = documents.mapping(document)
        choice = self._choice(documents.items(body.get("choices")))
        if (reported := usage.read_reported(body, choice)) is not None:
            yield reported
        finish = documents.text(choice.get("finish_reason")).strip().lower()
        if is_error(document) or choice.get("error") or finish in FAILED:
            raise self._failure(document)
        if self._whole and not choice:
            raise BackendFailure("The backend returned no choices")
        self.finishing = bool(finish)
        message = documents.mapping(choice.get("delta")) or documents.mapping(choice.get("message"))
        yield from self._reasoning(message)
        if (found := sources.read_sources(body, message)) is not None:
            yield found
        yield from self._message(message, choice)
        if finish or self._whole:
            yield Finish(finish or "stop", _matched(choice, body), _filtered(choice))

    def _choice(self, choices: Sequence[object]) -> Mapping[str, object]:
        """The first choice by its index; in a stream, the one with index 0."""
        known = [choice for choice in choices if isinstance(choice, dict)]
        if self._whole:
            return min(known, key=_index, default={})
        return next((choice for choice in known if _index(choice) == 0), {})

    def _reasoning(self, message: Mapping[str, object]) -> Iterator[Delta]:
        entries = [entry for entry in documents.items(message.get("reasoning_details")) if isinstance(entry, dict)]
        of_details, self._summary = reasoning.details_text(entries, self._summary)
        if entries:
            yield ReasoningDetails(list(entries))
        if text := reasoning.displayed(message) or of_details or documents.text(message.get("thinking")):
            yield Reasoning(text)

    def _message(self, message: Mapping[str, object], choice: Mapping[str, object]) -> Iterator[Delta | Notice]:
        extra = message.get("extra_content")
        for delta in _content(message.get("content") or choice.get("text")):
            yield Thought(delta.text) if isinstance(delta, Text) and reasoning.is_thought(extra) else delta
        if reasoning.is_state(extra):
            yield ExtraContent(extra)
        if (message.get("images") or message.get("audio")) and not self._output_was_dropped:
            self._output_was_dropped = True
            yield Text(UNSUPPORTED_OUTPUT)
        if refusal := documents.text(message.get("refusal")):
            yield Refusal(refusal)
        yield from self._calls(message)

    def _calls(self, message: Mapping[str, object]) -> Iterator[Delta | Notice]:
        calls = documents.items(message.get("tool_calls"))
        for position, call in enumerate(calls):
            yield _fragment(documents.mapping(call), position, whole=self._whole)
        if not calls and (function := documents.mapping(message.get("function_call"))):
            yield CallFragment(0, None, _name(function), _arguments(function.get("arguments")))


def _index(choice: Mapping[str, object]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _content(content: object) -> Iterator[Text | Reasoning | ThoughtSignature | Refusal]:
    match content:
        case str():
            if text := documents.text(content):
                yield Text(text)
        case list():
            for part in content:
                yield from _part(part)
        case dict():
            yield from _part(content)


def _part(part: object) -> Iterator[Text | Reasoning | ThoughtSignature | Refusal]:
    match part:
        case str() as text if text:
            yield Text(documents.presentable(text))
        case {"type": "refusal", "refusal": str() as text} if text:
            yield Refusal(documents.presentable(text))
        case {"type": "thinking" | "reasoning"}:
            if thought := reasoning.part_text(documents.mapping(part)):
                yield Reasoning(thought)
            if signature := documents.text(documents.mapping(part).get("signature")):
                yield ThoughtSignature(signature)
        case {"type": "image_url" | "image" | "output_image" | "audio" | "output_audio"}:
            yield Text(IMAGE)
        case {"type": "reference"}:
            pass
        case {"text": str() as text} if text:
            yield Text(documents.presentable(text))


def _fragment(call: Mapping[str, object], position: int, *, whole: bool) -> CallFragment | Notice:
    """One entry of `tool_calls`. In a whole completion its place is its index: nothing may join two entries."""
    kind = call.get("type") or ("custom" if "custom" in call else "function")
    if kind not in ("function", "custom"):
        return Notice("tool_call_ignored", f"A tool call of the type {str(kind)[:40]!r}, which is the backend's own")
    said = documents.mapping(call.get(kind)) or call
    index = position if whole else call.get("index")
    return CallFragment(
        index if isinstance(index, int) else None,
        documents.text(call.get("id")) or None,
        _name(said),
        documents.text(said.get("input")) if kind == "custom" else _arguments(said.get("arguments")),
        kind,
        call.get("extra_content"),
        position,
    )


def _name(function: Mapping[str, object]) -> str:
    """The name, or a part of it; white space alone is none."""
    name = documents.text(function.get("name"))
    return "" if name.isspace() else name


def _arguments(value: object) -> str:
    """Arguments as JSON text; some backends send the object itself."""
    match value:
        case str():
            return value
        case None:
            return ""
        case _:
            return documents.encode(value).decode()


def _filtered(choice: Mapping[str, object]) -> tuple[str, ...]:
    return filtered_categories(choice.get("content_filter_results"))


def _matched(choice: Mapping[str, object], body: Mapping[str, object]) -> str | None:
    """The stop sequence that the backend says it met: vLLM, SGLang, then Together and llama.cpp."""
    for value in (
        choice.get("stop_reason"),
        choice.get("matched_stop"),
        choice.get("stopping_word"),
        body.get("stopping_word"),
    ):
        if isinstance(value, str) and value:
            return value
    return None
