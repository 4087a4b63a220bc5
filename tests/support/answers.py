"""What a scripted backend answers: one completion, sent whole or as chunks, whichever the request asks for.

    text("Hello")                                    tool_call("Bash", {"command": "ls"})
    tool_calls(Call("Read", {…}), Call("Bash", {…})) reasoning("Let me see", then=text("Hello"))
    text("Hello", usage=usage(prompt=100, completion=20, cached=80), finish_reason="length")

`answer.but(…)` changes fields. `answer.whole(request)` is the completion's JSON and `answer.chunks(request)` the list of
its chunks, for a test that wants to send a part of them, or a gate between them:
`stream(*chunks[:2], gate, *chunks[2:], DONE)`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from tests.support.replies import DONE, Reply, Request, stream, whole

call_numbers = count(1)


def usage(prompt: int = 100, completion: int = 20, *, cached: int = 0, reasoning: int = 0) -> dict[str, Any]:
    """OpenAI's usage: `prompt` includes the cached tokens, `completion` those of the reasoning."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


@dataclass(frozen=True)
class Call:
    """A tool call; without an id it gets one that no other call has."""

    name: str
    arguments: Mapping[str, Any]
    id: str = ""

    def wire(self) -> dict[str, Any]:
        function = {"name": self.name, "arguments": json.dumps(self.arguments)}
        return {"id": self.id or f"call_{next(call_numbers)}", "type": "function", "function": function}


@dataclass(frozen=True)
class Answer:
    """One completion; `reported` is None where the backend reports no usage."""

    content: str | None = None
    reasoning: str | None = None
    calls: tuple[Call, ...] = ()
    finish_reason: str = "stop"
    reported: Mapping[str, Any] | None = None

    def but(self, **changes: Any) -> Answer:
        return replace(self, **changes)

    def reply_to(self, request: Request) -> Reply:
        if not request.json.get("stream"):
            return whole(self.whole(request))
        return stream(*self.chunks(request), DONE)

    def whole(self, request: Request) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.content}
        if self.reasoning is not None:
            message["reasoning_content"] = self.reasoning
        if self.calls:
            message["tool_calls"] = [call.wire() for call in self.calls]
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        return {**envelope(request, "chat.completion"), "choices": [choice], "usage": self.reported}

    def chunks(self, request: Request) -> list[dict[str, Any]]:
        shell = envelope(request, "chat.completion.chunk")
        deltas = [(delta, None) for delta in self.deltas()]
        finished: list[tuple[dict[str, Any], str | None]] = [*deltas, ({}, self.finish_reason)]
        chunks = [{**shell, "choices": [{"index": 0, "delta": d, "finish_reason": reason}]} for d, reason in finished]
        options = request.json.get("stream_options") or {}
        if self.reported is not None and options.get("include_usage"):
            chunks.append({**shell, "choices": [], "usage": self.reported})
        return chunks

    def deltas(self) -> Iterator[dict[str, Any]]:
        yield {"role": "assistant", "content": ""}
        yield from ({"reasoning_content": word} for word in words(self.reasoning))
        yield from ({"content": word} for word in words(self.content))
        for index, call in enumerate(self.calls):
            wire = call.wire()
            arguments = wire["function"]["arguments"]
            start = {**wire["function"], "arguments": ""}
            yield {"tool_calls": [{**wire, "index": index, "function": start}]}
            for part in halves(arguments):
                yield {"tool_calls": [{"index": index, "function": {"arguments": part}}]}


def text(content: str, *, usage: Mapping[str, Any] | None = usage(), finish_reason: str = "stop") -> Answer:
    return Answer(content=content, reported=usage, finish_reason=finish_reason)


def tool_calls(*calls: Call, content: str | None = None, usage: Mapping[str, Any] | None = usage()) -> Answer:
    return Answer(content=content, calls=calls, reported=usage, finish_reason="tool_calls")


def tool_call(
    name: str, arguments: Mapping[str, Any], *, id: str = "", usage: Mapping[str, Any] | None = usage()
) -> Answer:
    return tool_calls(Call(name, arguments, id), usage=usage)


def reasoning(thoughts: str, *, then: Answer) -> Answer:
    return then.but(reasoning=thoughts)


def envelope(request: Request, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": request.json.get("model")}


def words(content: str | None) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", content or "")


def halves(content: str) -> tuple[str, str]:
    middle = len(content) // 2
    return content[:middle], content[middle:]
