"""A prompt that is too long: in the words of every backend, told in those that clients compact at (protocol §6.3)."""

from __future__ import annotations

import re
from typing import NamedTuple

from conversion.errors import ErrorReport

_N = r"(?P<input>\d{1,12})"
_M = r"(?P<limit>\d{1,12})"
_X = r"(?P<completion>\d{1,12})"
_T = r"(?P<total>\d{1,12})"

_FIGURES = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # vLLM, SGLang, TGI: prompt and completion told apart
        rf"too large: {_X}\..*?maximum context length is {_M} tokens and your request has {_N} input",
        rf"maximum context length is {_M} tokens.*?requested {_X} output tokens and your prompt .*?{_N} input",
        rf"maximum context length of {_M} tokens.*?: {_N} tokens from the input messages and {_X} tokens for",
        rf"must be <= {_M}\. given: {_N} `?inputs`? tokens and {_X}",
        rf"exceed context limit: {_N} \+ {_X} > {_M}",
        # the parts of the request in brackets: OpenAI, OpenRouter, vLLM
        rf"maximum context length is {_M} tokens.*?requested (?:about )?{_T} tokens \((?P<parts>[^)]*)\)",
        # prompt and limit
        rf"maximum context length is {_M} tokens.*?(?:resulted in|contains at least|request has) {_N} ",
        rf"configured limit of {_M} tokens.*?resulted in {_N} ",
        rf"passed {_N} input tokens and requested {_X} output tokens.*?context length is only {_M}",
        rf"prompt \(length {_N}\) is longer than the maximum model length of {_M}",
        rf"input \({_N} tokens\) is longer than the model's context length \({_M} tokens\)",
        rf"request \({_N} tokens\) exceeds the available context size \({_M} tokens\)",
        rf"keep the first {_N} tokens.*?context length of only {_M}",
        rf"input token count \({_N}\) exceeds the maximum number of tokens allowed \({_M}\)",
        rf"maximum prompt length is {_M} but the request contains {_N} tokens",
        rf"prompt contains {_N} tokens.*?model with {_M} maximum context length",
        rf"current length is {_N} while limit is {_M}",
        rf"exceeded model token limit: {_M} \(requested: {_N}\)",
        rf"prompt tokens \({_N}\) exceed model maximum \({_M}\)",
        rf"prompt token count of {_N} exceeds the limit of {_M}",
        rf"prompt is too long: {_N} tokens > {_M}",
        # one of them alone
        rf"prompt too long: {_N} tokens",
        rf"range of input length should be \[1, {_M}\]",
        rf"maximum context length (?:is|of) {_M}",
    )
)

_WORDS = frozenset(
    {
        "context_length_exceeded",
        "exceed_context_size_error",
        "model_max_prompt_tokens_exceeded",
        "prompt_too_long",
        "1261",
        "3051",
        "minimax_1039",
    }
)

_PHRASES = (
    "context_length_exceeded",
    "context window of this model",
    "exceeds the context window",
    "context window exceeds limit",
    "exceed max message tokens",
    "too large for context window",
    "too large for the context window",
    "context the overflows",
    "exceeds the context length",
    "exceeds maximum context length",
    "maximum context length",
    "available context size",
    "contextwindowexceedederror",
    "input is too long for requested model",
    "input tokens exceed",
    "prompt exceeds max length",
    "prompt is too long",
    "prompt too long",
    "reduce the length of the messages",
    "longer than the model's context length",
    "longer than the maximum model length",
    "range of input length should be",
    "exceeded model token limit",
    "maximum prompt length",
)

_OTHER_LIMITS = ("string too long", "expected maxlength", "tokens per min", "too many images", "usage policy")

_TOO_LARGE = re.compile(rf"tokens per min.*?limit:? {_M},.*?requested:? {_N}", re.DOTALL)
_PART = re.compile(r"(\d{1,12}) (?:of|in|for) ([a-z ]+)")
_ROOM = 1_024  # what a completion must be given at least


class Overflow(NamedTuple):
    """The figures that the backend names, in tokens."""

    input: int | None = None
    limit: int | None = None
    completion: int | None = None


def read_overflow(report: ErrorReport) -> Overflow | None:
    """The overflow that the report is about; None where it is about something else."""
    text = report.text
    if found := _TOO_LARGE.search(text):
        asked, limit = int(found["input"]), int(found["limit"])
        return Overflow(asked, limit) if asked > limit else None  # within the limit, waiting helps
    if any(phrase in text for phrase in _OTHER_LIMITS):
        return None
    for pattern in _FIGURES:
        if found := pattern.search(text):
            return _figures(found)
    if report.words & _WORDS or any(phrase in text for phrase in _PHRASES):
        return Overflow(_count(report.fields.get("n_prompt_tokens")), _count(report.fields.get("n_ctx")))
    return None


def overflow_message(overflow: Overflow, *, estimate: int, window: int | None) -> str:
    """The one sentence at which every version of the client compacts; its first number is always the greater.

    Where the prompt alone would fit, the completion is what did not: the prompt is told as larger by the room that the
    least completion needs. Where nobody knows a number it is made up, as a text without numbers helps the client less.
    """
    prompt = overflow.input if overflow.input is not None else max(estimate, 1)
    limit = overflow.limit or window or round(0.95 * prompt)
    if overflow.input is not None and overflow.completion and prompt <= limit:
        prompt += _ROOM
    return f"prompt is too long: {max(prompt, limit + 1)} tokens > {limit} maximum"


def _figures(found: re.Match[str]) -> Overflow:
    known = found.groupdict()
    if known.get("parts") is None:
        return Overflow(*(int(known[name]) if known.get(name) else None for name in Overflow._fields))
    completion = sum(int(count) for count, what in _PART.findall(known["parts"]) if _is_completion(what))
    return Overflow(int(known["total"]) - completion, int(known["limit"]), completion)


def _is_completion(what: str) -> bool:
    return "completion" in what or "output" in what


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
