"""The ways in which models write tool calls as text (protocol §4.4c), one row for each.

A way is read by what surrounds its parts, in one pass and without patterns that look ahead: the text is as long as the
model likes. Arguments are not checked here, only told from what is no call at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from conversion.profiles.profile import ToolCallParser
from conversion.reply import documents


class WrittenCall(NamedTuple):
    """`arguments` is JSON text, or the values by their names where the way knows no types."""

    name: str
    arguments: str | Mapping[str, str]


class NoCall(ValueError):
    """The text is no call, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Markup:
    """`begins` is what must follow one of the openings, after white space; without a `closing`, all that follows
    belongs to it. `read` gets the text with both, and raises NoCall.
    """

    openings: tuple[str, ...]
    closing: str
    read: Callable[[str], list[WrittenCall]]
    begins: str = ""


def _pieces(text: str, separator: str) -> list[str]:
    """What follows each separator."""
    pieces = text.split(separator)[1:]
    if not pieces:
        raise NoCall
    return pieces


def _halves(text: str, separator: str) -> tuple[str, str]:
    before, found, after = text.partition(separator)
    if not found:
        raise NoCall
    return before.strip(), after


def _before_last(text: str, separator: str) -> str:
    before, found, _ = text.rpartition(separator)
    if not found:
        raise NoCall
    return before


def _of_document(document: object) -> WrittenCall:
    match document:
        case {"function": dict() as function}:
            return _of_document(function)
        case {"name": str() as name, "arguments": arguments} | {"name": str() as name, "parameters": arguments}:
            return WrittenCall(name, arguments if isinstance(arguments, str) else documents.encode(arguments).decode())
    raise NoCall


def _of_documents(text: str) -> list[WrittenCall]:
    """One call as a JSON object, or several in an array."""
    try:
        document = documents.decode(text.strip().encode())
    except documents.NotJson:
        raise NoCall from None
    return [_of_document(each) for each in (document if isinstance(document, list) else [document])]


def _tagged(section: str) -> list[WrittenCall]:
    return _of_documents(_before_last(section.removeprefix("<tool_call>"), "</tool_call>"))


def _of_functions(section: str) -> list[WrittenCall]:
    return [_of_function(piece) for piece in _pieces(section, "<function=")]


def _of_function(piece: str) -> WrittenCall:
    """Parameters in tags of their own, or one object, which may stand where the tag should have ended."""
    name, brace, rest = _before_last(piece, "</function>").partition("{")
    if brace and ("<" not in name):
        return WrittenCall(name.strip().removesuffix(">").strip(), brace + rest.strip())
    name, said = _halves(_before_last(piece, "</function>"), ">")
    return WrittenCall(name, dict(_parameters(said, "<parameter=")))


def _of_invocations(section: str) -> list[WrittenCall]:
    calls = []
    for piece in _pieces(section, "<invoke name="):
        name, said = _halves(_before_last(piece, "</invoke>"), ">")
        calls.append(WrittenCall(name.strip("\"'"), dict(_parameters(said, "<parameter name="))))
    return calls


def _parameters(said: str, opening: str) -> Iterator[tuple[str, str]]:
    for piece in said.split(opening)[1:]:
        name, value = _halves(_before_last(piece, "</parameter>"), ">")
        yield name.strip("\"'"), value.removeprefix("\n").removesuffix("\n")


def _of_mistral(section: str) -> list[WrittenCall]:
    """An array of objects, or names with their arguments, each after the mark."""
    said = section.removeprefix("[TOOL_CALLS]").removesuffix("</s>").strip()
    if said.startswith("["):
        return _of_documents(said)
    return [_of_name_and_object(piece) for piece in _pieces(section.removesuffix("</s>"), "[TOOL_CALLS]")]


def _of_name_and_object(piece: str) -> WrittenCall:
    head, _, _ = piece.partition("{")
    arguments = piece[len(head) :].strip()
    try:
        json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        raise NoCall from None
    return WrittenCall(head.partition("[")[0].strip(), arguments)


def _of_kimi(section: str) -> list[WrittenCall]:
    """The name has the number of the call behind it."""
    calls = []
    for piece in _pieces(section, "<|tool_call_begin|>"):
        name, said = _halves(_before_last(piece, "<|tool_call_end|>"), "<|tool_call_argument_begin|>")
        calls.append(WrittenCall(name.partition(":")[0], said.strip()))
    return calls


def _of_deepseek(section: str) -> list[WrittenCall]:
    """Older models put a kind before the name, and the arguments into a fence."""
    calls = []
    for piece in _pieces(section, "<｜tool▁call▁begin｜>"):
        name, said = _halves(_before_last(piece, "<｜tool▁call▁end｜>"), "<｜tool▁sep｜>")
        if name == "function" and not said.lstrip().startswith("{"):
            name, said = _halves(said, "\n")
        calls.append(WrittenCall(name, said.strip()))
    return calls


def _of_harmony(section: str) -> list[WrittenCall]:
    """The mark of a call's end is where the model stops, so that it is seldom part of the text."""
    calls = []
    for piece in _pieces(section, "<|channel|>commentary to="):
        head, said = _halves(piece, "<|message|>")
        arguments = said.partition("<|call|>")[0].removesuffix("<|start|>assistant").strip()
        try:
            json.loads(arguments, strict=False)
        except (ValueError, RecursionError):
            raise NoCall from None
        calls.append(WrittenCall(head.partition("<")[0].split()[0] if head.split() else "", arguments))
    return calls


_TAG, _TAG_END = "<tool_call>", "</tool_call>"

PARSERS: Mapping[ToolCallParser, tuple[Markup, ...]] = {
    "": (),
    "hermes": (Markup((_TAG,), _TAG_END, _tagged, begins="{"),),
    "qwen_xml": (
        Markup((_TAG,), _TAG_END, _of_functions, begins="<function="),
        Markup(("<function=",), "</function>", _of_functions),
    ),
    "mistral": (Markup(("[TOOL_CALLS]",), "", _of_mistral),),
    "kimi": (Markup(("<|tool_calls_section_begin|>",), "<|tool_calls_section_end|>", _of_kimi),),
    "deepseek": (Markup(("<｜tool▁calls▁begin｜>",), "<｜tool▁calls▁end｜>", _of_deepseek),),
    "minimax": (Markup(("<minimax:tool_call>",), "</minimax:tool_call>", _of_invocations, begins="<invoke"),),
    "gpt_oss": (Markup(("<|start|>assistant<|channel|>commentary to=", "<|channel|>commentary to="), "", _of_harmony),),
}

BARE = Markup(("",), "", _of_documents)
"""Nothing but the JSON of calls: no habit, as an answer may be JSON, but what a failed call may look like."""
