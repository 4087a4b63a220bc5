"""The messages of a conversation as input items of the Responses API.

Chat completions hang calls on messages; here text, calls, results and reasoning are items of one list, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conversion.request.responses_wire import (
    FunctionCallItem,
    FunctionCallOutput,
    InputContent,
    InputFile,
    InputMessage,
    InputPart,
    Item,
)
from conversion.request.wire import AssistantMessage, Content, DocumentPart, FilePart, Message, Part, ToolMessage


def input_items(messages: list[Message]) -> list[Item]:
    """All items, in order."""
    return [item for message in messages for item in _items(message)]


def _items(message: Message) -> Iterator[Item]:
    match message["role"]:
        case "assistant":
            yield from _assistant_items(message)
        case "tool":
            yield _output(message)
        case role:
            said: InputMessage = {"type": "message", "role": role, "content": _content(message["content"])}
            yield said


def _assistant_items(message: AssistantMessage) -> Iterator[Item]:
    """Reasoning is refused where nothing follows it, so that what came last of all is left out."""
    before = message.get("items_before", {})
    calls = message.get("tool_calls", ())
    text = _text(message["content"])
    if text or calls:
        yield from _reasoning(before.get(0, ()))
    if text:
        said: InputMessage = {"type": "message", "role": "assistant", "content": text}
        if phase := _phase(before.get(0, ())):
            said["phase"] = phase
        yield said
    for place, call in enumerate(calls, 1):
        yield from _reasoning(before.get(place, ()))
        function = call["function"]
        called: FunctionCallItem = {
            "type": "function_call",
            "call_id": call["id"],
            "name": function["name"],
            "arguments": function["arguments"],
        }
        yield called


def _reasoning(items: Iterable[object]) -> list[object]:
    """The items among what is kept in a signature."""
    return [item for item in items if not _phase((item,))]


def _phase(items: Iterable[object]) -> str:
    """What the text after them is to its turn, where that was said."""
    for item in items:
        match item:
            case {"type": "phase", "phase": str(word)}:
                return word
    return ""


def _text(content: Content | None) -> str:
    """The assistant's text as a string: its parts have no place for a cache marker."""
    if isinstance(content, list):
        return "\n\n".join(part["text"] for part in content if part["type"] == "text")
    return content or ""


def _output(message: ToolMessage) -> FunctionCallOutput:
    return {
        "type": "function_call_output",
        "call_id": message["tool_call_id"],
        "output": _content(message["content"]),
    }


def _content(content: Content) -> InputContent:
    return content if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Part) -> InputPart:
    told = _told(part)
    if "prompt_cache_breakpoint" in part:
        told["prompt_cache_breakpoint"] = part["prompt_cache_breakpoint"]
    return told


def _told(part: Part) -> InputPart:
    match part["type"]:
        case "text":
            return {"type": "input_text", "text": part["text"]}
        case "image_url":
            return {"type": "input_image", "image_url": part["image_url"]["url"], "detail": "auto"}
        case _:
            return _file(part)


def _file(part: FilePart | DocumentPart) -> InputFile:
    told: InputFile = {"type": "input_file"}
    if part["type"] == "file":
        told["filename"], url = part["file"]["filename"], part["file"]["file_data"]
    else:
        url = part["document_url"]
    if url.startswith("data:"):
        told["file_data"] = url
        told.setdefault("filename", "document.pdf")
        return told
    return {"type": "input_file", "file_url": url}
