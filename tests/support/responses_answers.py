"""What a scripted backend answers where it is asked through the Responses API; the makers of `answers.py` have it too.

    through_responses(reasoning("Hm", then=tool_call("Bash", {…})))
    through_responses(text("Hel"), incomplete="max_output_tokens")

Every item of reasoning has `SEALED` as its encrypted content, which a later request must bring back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.support.answers import Answer, halves, words
from tests.support.replies import Reply, Request, stream, whole

SEALED = "gAAAAA-sealed-by-the-backend"

item_numbers = count(1)


@dataclass(frozen=True)
class ResponsesAnswer:
    """One response, whole or as the events of its stream; `incomplete` is the reason why it is not complete."""

    answer: Answer
    incomplete: str | None = None

    def reply_to(self, request: Request) -> Reply:
        output = self.output()
        if not request.json.get("stream"):
            return whole(self.response(output))
        return stream(*self.events(output))

    def response(self, output: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_700_000_000,
            "model": "backend-model",
            "status": "incomplete" if self.incomplete else "completed",
            "error": None,
            "incomplete_details": {"reason": self.incomplete} if self.incomplete else None,
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": self.usage(),
        }

    def usage(self) -> dict[str, Any] | None:
        reported = self.answer.reported
        if reported is None:
            return None
        cached = reported["prompt_tokens_details"]["cached_tokens"]
        return {
            "input_tokens": reported["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "output_tokens": reported["completion_tokens"],
            "output_tokens_details": reported["completion_tokens_details"],
            "total_tokens": reported["total_tokens"],
        }

    def output(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        if self.answer.reasoning is not None:
            summary = [{"type": "summary_text", "text": self.answer.reasoning}] if self.answer.reasoning else []
            items.append({**item("reasoning"), "summary": summary, "encrypted_content": SEALED})
        if self.answer.content:
            said = {"type": "output_text", "text": self.answer.content, "annotations": []}
            items.append({**item("message"), "role": "assistant", "status": "completed", "content": [said]})
        for call in self.answer.calls:
            wire = call.wire()
            items.append({**item("function_call"), "status": "completed", "call_id": wire["id"], **wire["function"]})
        return items

    def events(self, output: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The events, numbered as the API numbers them."""
        begun = {**self.response([]), "status": "in_progress", "usage": None}
        kind = "response.incomplete" if self.incomplete else "response.completed"
        told = [
            {"type": "response.created", "response": begun},
            {"type": "response.in_progress", "response": begun},
            *(event for index, each in enumerate(output) for event in item_events(each, index)),
            {"type": kind, "response": self.response(output)},
        ]
        return [{**event, "sequence_number": number} for number, event in enumerate(told)]


def through_responses(answer: Answer, *, incomplete: str | None = None) -> ResponsesAnswer:
    return ResponsesAnswer(answer, incomplete)


def item(kind: str) -> dict[str, Any]:
    prefix = {"reasoning": "rs", "message": "msg", "function_call": "fc"}[kind]
    return {"type": kind, "id": f"{prefix}_{next(item_numbers)}"}


def item_events(whole: dict[str, Any], index: int) -> Iterator[dict[str, Any]]:
    """An item as it is streamed: begun without its content, its pieces, done."""
    begun = {**whole, **EMPTY[whole["type"]]}
    yield {"type": "response.output_item.added", "output_index": index, "item": begun}
    for piece in PIECES[whole["type"]](whole):
        yield {**piece, "item_id": whole["id"], "output_index": index}
    yield {"type": "response.output_item.done", "output_index": index, "item": whole}


def reasoning_pieces(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(item["summary"]):
        place = {"summary_index": number}
        empty = {**part, "text": ""}
        yield {"type": "response.reasoning_summary_part.added", **place, "part": empty}
        for word in words(part["text"]):
            yield {"type": "response.reasoning_summary_text.delta", **place, "delta": word}
        yield {"type": "response.reasoning_summary_text.done", **place, "text": part["text"]}
        yield {"type": "response.reasoning_summary_part.done", **place, "part": part}


def message_pieces(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(item["content"]):
        place = {"content_index": number}
        yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
        for word in words(part["text"]):
            yield {"type": "response.output_text.delta", **place, "delta": word, "logprobs": []}
        yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
        yield {"type": "response.content_part.done", **place, "part": part}


def call_pieces(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for half in halves(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", "delta": half}
    yield {
        "type": "response.function_call_arguments.done",
        "name": item["name"],
        "arguments": item["arguments"],
    }


EMPTY: dict[str, dict[str, Any]] = {
    "reasoning": {"summary": []},
    "message": {"content": []},
    "function_call": {"arguments": ""},
}
PIECES = {"reasoning": reasoning_pieces, "message": message_pieces, "function_call": call_pieces}
