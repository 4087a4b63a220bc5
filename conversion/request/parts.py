"""A block of the user's side as parts of a message, and parts as a content (protocol §2.2)."""

from __future__ import annotations

from conversion.profiles import BackendProfile
from conversion.request.blocks import Block, Source, inner_blocks
from conversion.request.draft import Draft
from conversion.request.history import Message, is_blank
from conversion.request.markers import is_marked
from conversion.request.media import file_parts, image_part, source_of, text_part
from conversion.request.text_forms import document_head, text_form
from conversion.request.wire import Content, Part


def block_parts(block: Block, place: str, draft: Draft) -> list[Part]:
    """The parts of one block, none where it says nothing; its cache marker is on the last of them."""
    parts = _parts(block, place, draft)
    if block.cache_control is not None and parts:
        draft.markers.mark(parts[-1], block.cache_control)
    return parts


def text_parts(message: Message, draft: Draft) -> list[Part]:
    """A message of the system as text parts, whatever its blocks are."""
    parts: list[Part] = []
    for block in message.blocks:
        if not is_blank(text := text_form(block)):
            part = text_part(text)
            draft.markers.mark(part, block.cache_control)
            parts.append(part)
    return parts


def _parts(block: Block, place: str, draft: Draft) -> list[Part]:
    match block.type:
        case "text":
            return [] if is_blank(block.text) else [text_part(block.text)]
        case "image":
            return [image_part(block, place, draft)]
        case "document":
            return _document_parts(block, place, draft)
        case _:
            text = text_form(block)
            return [text_part(text)] if text else []


def _document_parts(block: Block, place: str, draft: Draft) -> list[Part]:
    source = source_of(block, place)
    match source:
        case Source(type="text"):
            return [text_part(f"{document_head(block)}\n{source.data}\n</document>")]
        case Source(type="content"):
            inner = [
                part
                for index, each in enumerate(inner_blocks(source.content))
                for part in block_parts(each, f"{place}.source.content.{index}", draft)
            ]
            return [text_part(document_head(block)), *inner, text_part("</document>")]
        case _:
            return file_parts(block, place, draft)


def content_of(parts: list[Part], profile: BackendProfile) -> Content:
    """The content of a user message: parts only where the backend wants them, so that its form is always the same."""
    texts = _plain_texts(parts)
    if texts is None or (len(texts) > 1 and profile.text_parts):
        return parts
    return "\n\n".join(texts)


def joined(parts: list[Part], glue: str) -> Content:
    """One string, unless there is more than text in it."""
    texts = _plain_texts(parts)
    return parts if texts is None else glue.join(texts)


def _plain_texts(parts: list[Part]) -> list[str] | None:
    """The texts, where nothing but texts without markers is there."""
    texts = []
    for part in parts:
        if part["type"] != "text" or is_marked(part):
            return None
        texts.append(part["text"])
    return texts
