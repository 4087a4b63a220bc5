"""Images and PDF documents as parts of a message; where the backend cannot take one, a placeholder says so."""

from __future__ import annotations

import binascii
from base64 import b64decode

from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.blocks import Block, Source
from conversion.request.draft import Draft
from conversion.request.wire import Part, TextPart

PDF = "application/pdf"
_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
_SPELLING = {"image/jpg": "image/jpeg"}


def source_of(block: Block, place: str) -> Source:
    """The source of an image or a document; raises InvalidRequest where it is missing, or a file that nobody has."""
    source = block.source
    if not isinstance(source, Source):
        raise InvalidRequest(f"{place}.source: Field required")
    if source.type == "file":
        raise InvalidRequest(f"{place}.{block.type}.source.file_id: file not found")
    return source


def text_part(text: str) -> TextPart:
    return {"type": "text", "text": text}


def image_part(block: Block, place: str, draft: Draft) -> Part:
    """The image, or the text that stands for it."""
    source = source_of(block, place)
    if not draft.profile.images:
        draft.notes.add("image_dropped", f"{place}: the model takes no images")
        return text_part("[image]")
    match source.type:
        case "base64":
            return _inline_image(source, draft)
        case "url" if draft.profile.image_urls or source.url.startswith("data:"):
            draft.weigh_media(len(source.url))
            return {"type": "image_url", "image_url": {"url": source.url}}
        case "url":
            draft.notes.add("image_dropped", f"{place}: the backend does not fetch images")
            return text_part(f"[image: {source.url}]")
        case _:
            raise InvalidRequest(f"{place}.source.type: Input should be 'base64', 'url' or 'file'")


def file_parts(block: Block, place: str, draft: Draft) -> list[Part]:
    """A PDF document with its title and context before it, or the text that stands for it."""
    source = source_of(block, place)
    draft.files += 1
    data = _file_data(source, draft.profile)
    if data is None:
        draft.notes.add("document_dropped", f"{place}: the backend does not take this document")
        return [text_part(_placeholder(block, source))]
    draft.weigh_media(len(data))
    name = block.title or f"document-{draft.files}.pdf"
    return [*_preface(block), {"type": "file", "file": {"filename": name, "file_data": data}}]


def _file_data(source: Source, profile: BackendProfile) -> str | None:
    if source.type == "url":
        return source.url if profile.file_urls else None
    return f"data:{PDF};base64,{_bare(source.data)}" if profile.files and source.media_type == PDF else None


def _inline_image(source: Source, draft: Draft) -> Part:
    data = _bare(source.data)
    draft.weigh_media(len(data))
    return {"type": "image_url", "image_url": {"url": f"data:{_media_type(source, data)};base64,{data}"}}


def _bare(data: str) -> str:
    """Base64 without the head of a data URL and without line breaks, which some clients leave in."""
    if data.startswith("data:"):
        data = data.partition(",")[2]
    if any(blank in data for blank in "\n\r\t "):
        data = "".join(data.split())
    return data


def _media_type(source: Source, data: str) -> str:
    """What the first bytes say; backends refuse an image that is not what it is declared to be."""
    try:
        head = b64decode(data[:16])
    except (binascii.Error, ValueError):
        head = b""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    declared = _SPELLING.get(source.media_type, source.media_type)
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), declared)


def _preface(block: Block) -> list[Part]:
    lines = [("Document", block.title), ("Context", block.context)]
    text = "\n".join(f"{label}: {value}" for label, value in lines if value)
    return [text_part(text)] if text else []


def _placeholder(block: Block, source: Source) -> str:
    name = f' "{block.title}"' if block.title else ""
    where = f" at {source.url}" if source.url else ""
    return f"[document{name}{where}: PDF content is not available to this model]"
