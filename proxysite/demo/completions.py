"""An answer as a chat completion: whole, or as chunks with a word in each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proxysite.demo.answers import Answer, answer
from proxysite.demo.conversation import Conversation, read_conversation

CHARACTERS_PER_TOKEN = 4
CACHE_BLOCK = 128  # prompt caches count in whole blocks
WORD = re.compile(r"\s*\S+\s*")
FRAGMENT = re.compile(r".{1,12}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Completion:
    """What a request is answered with; the same request always with the same."""

    id: str
    model: str
    reasoning: str
    text: str
    calls: tuple[dict[str, object], ...]
    finish_reason: str
    usage: Mapping[str, object]


def complete(request: Mapping[str, object]) -> Completion:
    conversation = read_conversation(request)
    answered = answer(conversation)
    identity = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:16]
    limit = len(answered.text) if conversation.max_tokens is None else conversation.max_tokens * CHARACTERS_PER_TOKEN
    text, is_cut = answered.text[:limit], limit < len(answered.text)
    calls = () if is_cut else tuple(tool_call(identity, n, answered) for n in range(len(answered.calls)))
    return Completion(
        id=f"chatcmpl-{identity}",
        model=conversation.model,
        reasoning=answered.reasoning,
        text=text,
        calls=calls,
        finish_reason="length" if is_cut else "tool_calls" if calls else "stop",
        usage=usage(conversation, answered.reasoning, text + "".join(map(str, calls))),
    )


def tool_call(identity: str, number: int, answered: Answer) -> dict[str, object]:
    call = answered.calls[number]
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": f"call_{identity}{number}", "type": "function", "function": function}


def usage(conversation: Conversation, reasoning: str, written: str) -> dict[str, object]:
    """Estimated from characters; what came before the last answer counts as cached."""
    prompt, thought = tokens(conversation.characters), tokens(len(reasoning))
    cached = tokens(conversation.earlier_characters) // CACHE_BLOCK * CACHE_BLOCK
    completion = tokens(len(written)) + thought
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def whole(completion: Completion) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": completion.text}
    if completion.reasoning:
        message["reasoning_content"] = completion.reasoning
    if completion.calls:
        message["tool_calls"] = completion.calls
    choice = {"index": 0, "message": message, "finish_reason": completion.finish_reason}
    return {**head(completion, "chat.completion"), "choices": [choice], "usage": completion.usage}


def chunks(completion: Completion, *, with_usage: bool) -> Iterator[dict[str, object]]:
    """Reasoning, text and tool calls in this order, then the reason of the end, then the usage."""
    top = head(completion, "chat.completion.chunk")
    for delta in deltas(completion):
        yield {**top, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**top, "choices": [{"index": 0, "delta": {}, "finish_reason": completion.finish_reason}]}
    if with_usage:
        yield {**top, "choices": [], "usage": completion.usage}


def deltas(completion: Completion) -> Iterator[dict[str, object]]:
    yield {"role": "assistant", "content": ""}
    yield from ({"reasoning_content": word} for word in WORD.findall(completion.reasoning))
    yield from ({"content": word} for word in WORD.findall(completion.text))
    for index, call in enumerate(completion.calls):
        function = call["function"]
        assert isinstance(function, dict)
        yield {"tool_calls": [{**call, "index": index, "function": {"name": function["name"], "arguments": ""}}]}
        for fragment in FRAGMENT.findall(function["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}


def head(completion: Completion, kind: str) -> dict[str, object]:
    return {"id": completion.id, "object": kind, "created": 0, "model": completion.model}
