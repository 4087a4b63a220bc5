"""The shortcut for the chunks that a stream mostly consists of: one piece of text, of reasoning, or of a tool call.

The types say what such a chunk may carry besides: whatever may stand there only as null or empty is typed so, and a
chunk that says more does not decode here. `chunks.py` reads every shape, this one included.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from conversion.reply.deltas import CallFragment, Delta, Reasoning, Text

_Nothing = tuple[()] | None

(_BACKSLASH,) = b"\\"


class _Function(Struct, gc=False):
    name: str | None = None
    arguments: str | None = None


class _Call(Struct, gc=False):
    index: int | None = None
    id: str | None = None
    type: Literal["function"] | None = None
    function: _Function | None = None
    custom: None = None
    extra_content: None = None


class _ChunkDelta(Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_Call] | None = None
    reasoning_details: _Nothing = None
    thinking: None = None
    refusal: None = None
    annotations: _Nothing = None
    citations: _Nothing = None
    function_call: None = None
    extra_content: None = None
    audio: None = None
    images: _Nothing = None
    executed_tools: _Nothing = None


class _Choice(Struct, gc=False):
    delta: _ChunkDelta
    index: Literal[0] = 0
    finish_reason: None = None
    usage: None = None
    message: None = None
    error: None = None
    stop_reason: None = None
    matched_stop: None = None
    stopping_word: None = None


class _Chunk(Struct, gc=False):
    choices: tuple[_Choice]
    usage: None = None
    error: None = None
    base_resp: None = None
    x_groq: None = None
    citations: _Nothing = None
    web_search: _Nothing = None


_decode = msgspec.json.Decoder(_Chunk).decode


def read(payload: bytes) -> Delta | None:
    """The only delta of a usual chunk; None for any other chunk."""
    if _BACKSLASH in payload and payload.find(rb"\u0000") >= 0:
        return None
    try:
        delta = _decode(payload).choices[0].delta
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    reasoning = delta.reasoning_content or delta.reasoning
    if delta.tool_calls:
        return None if reasoning or delta.content or len(delta.tool_calls) > 1 else _fragment(delta.tool_calls[0])
    if delta.content:
        return None if reasoning else Text(delta.content)
    return Reasoning(reasoning) if reasoning else None


def text_run(payloads: Iterable[bytes]) -> list[str]:
    """The texts of the first chunks that are nothing but text."""
    texts: list[str] = []
    try:
        for payload in payloads:
            if _BACKSLASH in payload and payload.find(rb"\u0000") >= 0:
                break
            delta = _decode(payload).choices[0].delta
            if not delta.content or delta.reasoning_content or delta.reasoning or delta.tool_calls:
                break
            texts.append(delta.content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    return texts


def argument_run(payloads: Iterable[bytes], index: int | None) -> list[str]:
    """The arguments in the first chunks that do nothing but continue the call of that index."""
    parts: list[str] = []
    try:
        for payload in payloads:
            if _BACKSLASH in payload and payload.find(rb"\u0000") >= 0:
                break
            delta = _decode(payload).choices[0].delta
            if not delta.tool_calls or delta.content or delta.reasoning_content or delta.reasoning:
                break
            call, *others = delta.tool_calls
            function = call.function
            if others or call.index != index or call.id is not None or function is None or function.name:
                break
            if not function.arguments:
                break
            parts.append(function.arguments)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    return parts


def _fragment(call: _Call) -> CallFragment | None:
    function = call.function
    if function is None or (function.name and function.name.isspace()):
        return None
    return CallFragment(call.index, call.id, function.name or "", function.arguments or "")
