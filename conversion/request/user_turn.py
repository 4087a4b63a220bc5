"""A turn of the user's side as messages: results in the order of the calls, then what was said (protocol §2.5)."""

from __future__ import annotations

from collections.abc import Container, Iterator

from conversion.request.blocks import Block, inner_blocks
from conversion.request.calls import Call
from conversion.request.draft import Draft
from conversion.request.history import Message, Turn
from conversion.request.media import image_part, text_part
from conversion.request.parts import block_parts, content_of, joined, text_parts
from conversion.request.text_forms import text_form
from conversion.request.tool_results import PlacedBlock, result_content, tool_message
from conversion.request.wire import Message as WireMessage
from conversion.request.wire import Part


def user_messages(turn: Turn, calls: list[Call], draft: Draft) -> list[WireMessage]:
    """The messages of a turn that follows the calls."""
    results = _results(turn)
    lifted: list[Part] = []
    answers = [tool_message(call, results.pop(call.client_id, []), lifted, draft) for call in calls]
    for call_id in list(results):
        if call_id in draft.fillers:
            _fill(call_id, results.pop(call_id), lifted, draft)
    return [*answers, *_spoken(turn, lifted, results, draft)]


def _results(turn: Turn) -> dict[str, list[PlacedBlock]]:
    """All results of the turn by the client's call id, over its messages."""
    results: dict[str, list[PlacedBlock]] = {}
    for message in turn.messages:
        for place, block in message.placed_blocks():
            if block.type == "tool_result" and message.role == "user":
                results.setdefault(block.tool_use_id, []).append((place, block))
    return results


def _fill(call_id: str, results: list[PlacedBlock], lifted: list[Part], draft: Draft) -> None:
    """A result that came turns after its call replaces what stood for it."""
    call, filler = draft.fillers.pop(call_id)
    filler["content"] = result_content(call, results, lifted, draft)


def _spoken(turn: Turn, parts: list[Part], orphans: Container[str], draft: Draft) -> Iterator[WireMessage]:
    """What was said, after the parts that were lifted out of results; system messages at their place."""
    for message in turn.messages:
        if message.role == "user":
            parts += _user_parts(message, orphans, draft)
        elif draft.profile.system_anywhere:
            if parts:
                yield {"role": "user", "content": content_of(parts, draft.profile)}
                parts = []
            if said := text_parts(message, draft):
                yield {"role": draft.profile.system_role, "content": joined(said, "\n\n")}
        else:
            parts.append(_wrapped(message, draft))
    if parts:
        yield {"role": "user", "content": content_of(parts, draft.profile)}


def _user_parts(message: Message, orphans: Container[str], draft: Draft) -> list[Part]:
    parts: list[Part] = []
    for index, block in enumerate(message.blocks, message.first):
        if block.type != "tool_result":
            parts += block_parts(block, f"{message.place}.content.{index}", draft)
        elif block.tool_use_id in orphans:
            place = f"{message.place}.content.{index}"
            draft.notes.add("orphaned_result", f"{place}: no call has the id of this result")
            parts += _orphan_parts(place, block, draft)
    return parts or _uploads(message)


def _orphan_parts(place: str, block: Block, draft: Draft) -> list[Part]:
    """The result as text, with its images behind it."""
    inner = enumerate(inner_blocks(block.content))
    images = [image_part(each, f"{place}.content.{index}", draft) for index, each in inner if each.type == "image"]
    return [*block_parts(block, place, draft), *images]


def _uploads(message: Message) -> list[Part]:
    """A message that has nothing but files for a container that does not exist."""
    uploads = [block for block in message.blocks if block.type == "container_upload"]
    return [text_part(f"[file {block.file_id} was uploaded to a container that is not available]") for block in uploads]


def _wrapped(message: Message, draft: Draft) -> Part:
    """A system message as user text, for backends that take system messages at the head only."""
    texts = [text_form(block) for block in message.blocks]
    part = text_part("<system-reminder>\n" + "\n\n".join(filter(None, texts)) + "\n</system-reminder>")
    for block in message.blocks:
        if block.cache_control is not None:
            draft.markers.mark(part, block.cache_control)
    return part
