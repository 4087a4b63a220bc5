"""A turn of the assistant as one message: its text, its calls and what its backend remembers (protocol §2.2, §2.5).

OpenAI-style messages have one content in front of all calls, so that text between calls moves in front of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from conversion.errors import InvalidRequest
from conversion.request.arguments import arguments_of
from conversion.request.blocks import Block
from conversion.request.calls import Call, backend_call_id
from conversion.request.draft import Draft
from conversion.request.history import Turn, is_blank
from conversion.request.markers import is_marked
from conversion.request.media import text_part
from conversion.request.sections import section
from conversion.request.text_forms import text_form
from conversion.request.toolsets import qualified
from conversion.request.wire import AssistantMessage, Content, ToolCall

_USES = frozenset(("server_tool_use", "mcp_tool_use"))
_TEXT = frozenset(("text",))


def assistant_message(turn: Turn, draft: Draft) -> tuple[AssistantMessage | None, list[Call]]:
    """The message, None where nothing of the turn has a counterpart, and its calls in order."""
    calls: list[Call] = []
    tool_calls: list[ToolCall] = []
    for message in turn.messages:
        for index, block in enumerate(message.blocks, message.first):
            if block.type == "tool_use":
                call = _call(block, f"{message.place}.content.{index}", draft)
                calls.append(call)
                tool_calls.append(_tool_call(call, block, draft))
    text = _text(turn, draft)
    if not text and not calls:
        return None, []
    said: AssistantMessage = {"role": "assistant", "content": _content(text, turn, draft)}
    if tool_calls:
        said["tool_calls"] = tool_calls
    return said, calls


def _call(block: Block, place: str, draft: Draft) -> Call:
    if not block.name:
        raise InvalidRequest(f"{place}.name: Field required")
    name = qualified(block.name, block.toolset_name)
    return Call(block.id, backend_call_id(block.id, place, draft.profile), name)


def _tool_call(call: Call, block: Block, draft: Draft) -> ToolCall:
    function = draft.tool_name(call.name)
    return {
        "id": call.backend_id,
        "type": "function",
        "function": {"name": function, "arguments": arguments_of(block.input)},
    }


def _text(turn: Turn, draft: Draft) -> str:
    """All that was said; texts that only a dropped block parted are one text again."""
    uses = {block.id: block for block in turn.blocks_of(_USES)}
    paragraphs: list[list[str]] = []
    for message in turn.messages:
        paragraphs.append([])
        for block in message.blocks:
            if block.type == "text":
                paragraphs[-1].append(block.text)
            elif block.type == "tool_use":
                paragraphs.append([])
            elif told := _told(block, uses):
                paragraphs += [[told], []]
                _note(block, message.place, draft)
    texts = ("".join(paragraph) for paragraph in paragraphs)
    return "\n\n".join(text for text in texts if not is_blank(text))


def _told(block: Block, uses: Mapping[str, Block]) -> str:
    if block.type.endswith("_tool_result"):
        return section(block, uses.get(block.tool_use_id))
    return text_form(block)


def _note(block: Block, place: str, draft: Draft) -> None:
    if block.type in ("image", "document"):
        draft.notes.add(f"{block.type}_dropped", f"{place}: the assistant's messages are text")


def _content(text: str, turn: Turn, draft: Draft) -> Content | None:
    """A string, unless a cache marker needs a part to stand on."""
    if not text:
        return draft.profile.bare_calls_content
    part = text_part(text)
    for block in turn.blocks_of(_TEXT):
        if block.cache_control is not None:
            draft.markers.mark(part, block.cache_control)
    return [part] if is_marked(part) else text
