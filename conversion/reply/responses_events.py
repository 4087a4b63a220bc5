"""The events of a stream of the Responses API, and its whole responses, into deltas.

An answer is a list of output items: reasoning, messages, calls. Each is told piece by piece and, when it is done, as a
whole: what came in pieces is not said again. What an item of reasoning needs to go back is known when it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.reply import documents, usage
from conversion.reply.deltas import (
    CallFragment,
    Delta,
    End,
    Finish,
    Phase,
    Reasoning,
    ReasoningItem,
    Refusal,
    Text,
)
from conversion.reply.error_report import is_error
from conversion.reply.stop_reason import FILTERED

_Object = Mapping[str, object]
_Part = tuple[Literal["text", "summary", "content"], int | None, int | None]
"""A kind, the index of the item and that of the part within it."""


class ResponsesEvents:
    """Reads the events of one stream, or one whole response; `failure` makes an error of an error document."""

    def __init__(self, failure: Callable[[object], BackendFailure]) -> None:
        self._failure = failure
        self._said: set[int | None] = set()  # the items, by their index, of which something was said
        self._argued: set[int | None] = set()  # the calls among them whose arguments came in pieces
        self._last: _Part | None = None  # what spoke last; None after a call
        self._called = False

    def read_event(self, document: object) -> Iterator[Delta | Notice]:
        """What an event says; raises `BackendFailure` where it says that the backend failed."""
        event = documents.mapping(document)
        index = _index(event)
        match event.get("type"):
            case "response.output_text.delta":
                yield from self._write(Text(_delta(event)), index)
            case "response.refusal.delta":
                yield from self._write(Refusal(_delta(event)), index)
            case "response.function_call_arguments.delta":
                yield from self._argue(index, event.get("delta"))
            case "response.reasoning_summary_text.delta":
                yield from self._think(_delta(event), ("summary", index, _number(event.get("summary_index"))))
            case "response.reasoning_text.delta":
                yield from self._think(_delta(event), ("content", index, _number(event.get("content_index"))))
            case "response.output_item.added":
                yield from self._begin(documents.mapping(event.get("item")), index)
            case "response.function_call_arguments.done" if index not in self._argued:
                yield from self._argue(index, event.get("arguments"))
            case "response.output_item.done":
                yield from self._item(documents.mapping(event.get("item")), index)
            case "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" as ended:
                yield from self._end(documents.mapping(event.get("response")), ended.removeprefix("response."))
            case _ if is_error(document):
                raise self._failure(document)

    def read_whole(self, document: object) -> Iterator[Delta | Notice]:
        """What a whole response says."""
        response = documents.mapping(document)
        if is_error(document):
            raise self._failure(document)
        if not isinstance(response.get("output"), list):
            raise BackendFailure("The backend returned no output")
        yield from self._end(response, documents.text(response.get("status")) or "completed")

    def _write(self, said: Text | Refusal, index: int | None) -> Iterator[Delta]:
        self._said.add(index)
        if said.text:
            if self._breaks(("text", index, None)):
                yield Text("\n\n")
            yield said

    def _argue(self, index: int | None, arguments: object) -> Iterator[Delta]:
        self._argued.add(index)
        if text := documents.text(arguments):
            yield CallFragment(index, arguments=text)

    def _think(self, text: str, part: _Part) -> Iterator[Delta]:
        """A piece of reasoning; its summary and its text say the same, so that only the first of them is shown."""
        kind, index, _ = part
        if self._last is not None and self._last[0] != kind and self._last[1] == index:
            return
        if text:
            self._said.add(index)
            yield Reasoning(f"\n\n{text}" if self._breaks(part) else text)

    def _breaks(self, part: _Part) -> bool:
        """Whether the part that speaks now begins a paragraph, being another one than that which spoke last."""
        last, self._last = self._last, part
        return last is not None and last != part and (last[0] == "text") == (part[0] == "text")

    def _begin(self, item: _Object, index: int | None) -> Iterator[Delta]:
        """What is known of an item before it has content: the phase of a text, the name of a call."""
        match item.get("type"):
            case "message":
                yield from _phase(item)
            case "function_call":
                yield from self._call(item, index)

    def _call(self, item: _Object, index: int | None) -> Iterator[Delta]:
        self._said.add(index)
        self._last = None
        self._called = True
        call_id = documents.text(item.get("call_id")) or documents.text(item.get("id"))
        yield CallFragment(index, call_id or None, documents.text(item.get("name")).strip())

    def _item(self, item: _Object, index: int | None) -> Iterator[Delta | Notice]:
        """An item that is done: what was not said of it yet, and the state that it carries."""
        match item.get("type"):
            case "reasoning":
                yield from self._reasoning(item, index)
            case "message" if index not in self._said:
                yield from _phase(item)
                for part in documents.items(item.get("content")):
                    yield from self._write(_content(documents.mapping(part)), index)
            case "function_call":
                if index not in self._said:
                    yield from self._call(item, index)
                if index not in self._argued:
                    yield from self._argue(index, item.get("arguments"))
            case str() as kind if kind != "message":
                yield Notice("output_item_ignored", f"An output item of the type {kind[:40]!r}")

    def _reasoning(self, item: _Object, index: int | None) -> Iterator[Delta]:
        if index not in self._said:
            yield from self._think(_thoughts(item), ("summary", index, None))
        if (state := _given_back(item)) is not None:
            yield ReasoningItem(state)

    def _end(self, response: _Object, status: str) -> Iterator[Delta | Notice]:
        """The end of a response, which repeats all of it."""
        if (reported := usage.read_reported(response, {})) is not None:
            yield reported
        if status not in ("completed", "incomplete"):
            raise self._failure(response)
        if not self._said:
            for index, item in enumerate(documents.items(response.get("output"))):
                yield from self._item(documents.mapping(item), index)
        if status == "incomplete":
            reason = documents.text(documents.mapping(response.get("incomplete_details")).get("reason"))
            yield Finish(reason if reason in FILTERED else "length")
        else:
            yield Finish("tool_calls" if self._called else "stop")
        yield End()


def _index(event: _Object) -> int | None:
    return _number(event.get("output_index"))


def _delta(event: _Object) -> str:
    return documents.text(event.get("delta"))


def _phase(message: _Object) -> Iterator[Delta]:
    if word := documents.text(message.get("phase")):
        yield Phase(word)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _content(part: _Object) -> Text | Refusal:
    if part.get("type") == "refusal":
        return Refusal(documents.text(part.get("refusal")))
    return Text(documents.text(part.get("text")))


def _thoughts(item: _Object) -> str:
    """The summary; without one, the text itself, which open models show."""
    for name in ("summary", "content"):
        parts = (documents.text(documents.mapping(part).get("text")) for part in documents.items(item.get(name)))
        if text := "\n\n".join(filter(None, parts)):
            return text
    return ""


def _given_back(item: _Object) -> dict[str, object] | None:
    """The item as the backend wants it back; None for one that only its id would say anything of."""
    substance = next((name for name in ("encrypted_content", "content") if item.get(name)), None)
    if substance is None:
        return None
    named = {"id": item_id} if (item_id := documents.text(item.get("id"))) else {}
    summary = documents.items(item.get("summary"))
    return {"type": "reasoning", **named, "summary": summary, substance: item[substance]}
