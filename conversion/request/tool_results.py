"""The result of a tool call as the content of a `tool` message (protocol §2.5).

Images and files cannot live there at most backends: they are lifted out, into the user message that follows,
and a line at their place says so.
"""

from __future__ import annotations

from typing import TypeAlias

from conversion.request.blocks import Block, inner_blocks
from conversion.request.calls import Call
from conversion.request.draft import Draft
from conversion.request.media import text_part
from conversion.request.parts import block_parts, joined
from conversion.request.wire import Content, Part, ToolMessage

NO_RESULT = "[No result was recorded for this tool call.]"
_MARKED_AS_ERROR = ("error", "Error", "<tool_use_error>")
_NOUNS = {"image_url": "image", "file": "document", "document_url": "document"}

PlacedBlock: TypeAlias = tuple[str, Block]


def tool_message(call: Call, results: list[PlacedBlock], lifted: list[Part], draft: Draft) -> ToolMessage:
    """The message that answers a call; what cannot be in it is added to `lifted`."""
    content: Content = NO_RESULT
    if results:
        content = result_content(call, results, lifted, draft)
    message: ToolMessage = {"role": "tool", "tool_call_id": call.backend_id, "content": content}
    if not results:
        draft.notes.add("missing_result", f"no result for a call of {call.name}")
        draft.fillers[call.client_id] = (call, message)
    return message


def result_content(call: Call, results: list[PlacedBlock], lifted: list[Part], draft: Draft) -> Content:
    parts: list[Part] = []
    for place, block in results:
        own = _result_parts(call, place, block, lifted, draft)
        if block.cache_control is not None and own:
            draft.markers.mark(own[-1], block.cache_control)
        parts += own
    return joined(parts, "\n") or draft.profile.empty_result


def _result_parts(call: Call, place: str, block: Block, lifted: list[Part], draft: Draft) -> list[Part]:
    parts: list[Part] = []
    lifted_before = len(lifted)
    for index, inner in enumerate(inner_blocks(block.content)):
        for part in block_parts(inner, f"{place}.content.{index}", draft):
            if part["type"] == "text" or draft.profile.tool_media:
                parts.append(part)
            else:
                number = (len(lifted) - lifted_before) // 2 + 1
                parts.append(_lift(part, number, call, lifted))
    return _as_error(parts) if block.is_error else parts


def _lift(part: Part, number: int, call: Call, lifted: list[Part]) -> Part:
    noun = _NOUNS[part["type"]]
    lifted += [text_part(f"{noun.capitalize()} {number} from tool result {call.name} ({call.backend_id}):"), part]
    return text_part(f"[{noun} {number} of this result is attached in the next message]")


def _as_error(parts: list[Part]) -> list[Part]:
    """The flag has no counterpart, so that the text must say it."""
    if not parts:
        return [text_part("Error: (no output)")]
    first = parts[0]
    if first["type"] != "text":
        return [text_part("Error:"), *parts]
    if not first["text"].startswith(_MARKED_AS_ERROR):
        first["text"] = f"Error: {first['text']}"
    return parts
