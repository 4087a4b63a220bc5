"""Images and PDF documents as parts of a message; where the backend cannot take one, a placeholder says so."""

from __future__ import annotations

import binascii
from base64 import b64decode
from html import escape

from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.blocks import Block, Source
from conversion.request.draft import Draft
from conversion.request.magic import PDF, media_type_of
from conversion.request.outside import Outside, bare_base64
from conversion.request.wire import DocumentPart, FilePart, ImagePart, Part, TextPart

_SPELLING = {"image/jpg": "image/jpeg"}
_NO_LONGER = "[an earlier image, no longer attached]"


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
    if source.type == "url" and not draft.profile.image_urls:
        source = fetched_source(source, draft.outside, "image/")
    match source.type:
        case "base64":
            data = bare_base64(source.data)
            return _image(f"data:{_media_type(source, data)};base64,{data}", draft)
        case "url" if draft.profile.image_urls or source.url.startswith("data:"):
            return _image(source.url, draft)
        case "url":
            draft.notes.add("image_dropped", f"{place}: the backend does not fetch images")
            return text_part(f"[image: {source.url}]")
        case _:
            raise InvalidRequest(f"{place}.source.type: Input should be 'base64', 'url' or 'file'")


def file_parts(block: Block, place: str, draft: Draft) -> list[Part]:
    """A PDF document with its title and context before it, its text, or the text that stands for it."""
    source = source_of(block, place)
    draft.files += 1
    if source.type == "url" and not draft.profile.file_urls:
        source = fetched_source(source, draft.outside, PDF)
    data = _file_data(source, draft.profile)
    if data is not None:
        draft.weigh_media(len(data))
        return [*_preface(block), _file(data, block, draft)]
    if source.media_type == PDF and (text := draft.outside.text_of(bare_base64(source.data))) is not None:
        title = f' title="{escape(block.title)}"' if block.title else ""
        return [text_part(f'<document index="{draft.files}"{title}>\n{text}\n</document>')]
    draft.notes.add("document_dropped", f"{place}: the backend does not take this document")
    return [text_part(_placeholder(block, source))]


def keep_newest_images(draft: Draft) -> None:
    """Backends refuse a request that has more images than they take."""
    limit = draft.profile.image_limit
    if limit is None or len(draft.images) <= limit:
        return
    for part, length in draft.images[: len(draft.images) - limit]:
        draft.notes.add("image_dropped", f"the backend takes {limit} images")
        draft.media_count -= 1
        draft.media_length -= length
        del part["image_url"]  # type: ignore[misc]  # the part becomes another, at its place
        part.update(text_part(_NO_LONGER))  # type: ignore[typeddict-item]  # and keeps its cache marker


def fetched_source(source: Source, outside: Outside, kind: str) -> Source:
    """The source with what was fetched from its URL, if anything was, and if it is what it should be."""
    media_type, data = outside.fetched.get(source.url, ("", ""))
    return Source("base64", media_type=media_type, data=data) if media_type.startswith(kind) else source


def _image(url: str, draft: Draft) -> ImagePart:
    part: ImagePart = {"type": "image_url", "image_url": {"url": url}}
    draft.weigh_media(len(url))
    draft.images.append((part, len(url)))
    return part


def _file_data(source: Source, profile: BackendProfile) -> str | None:
    if source.type == "url":
        return source.url if profile.file_urls else None
    return f"data:{PDF};base64,{bare_base64(source.data)}" if profile.files and source.media_type == PDF else None


def _file(data: str, block: Block, draft: Draft) -> FilePart | DocumentPart:
    if draft.profile.file_part == "document_url":
        return {"type": "document_url", "document_url": data}
    return {"type": "file", "file": {"filename": block.title or f"document-{draft.files}.pdf", "file_data": data}}


def _media_type(source: Source, data: str) -> str:
    """What the first bytes say; backends refuse an image that is not what it is declared to be."""
    try:
        head = b64decode(data[:16])
    except (binascii.Error, ValueError):
        head = b""
    return media_type_of(head) or _SPELLING.get(source.media_type, source.media_type)


def _preface(block: Block) -> list[Part]:
    lines = [("Document", block.title), ("Context", block.context)]
    text = "\n".join(f"{label}: {value}" for label, value in lines if value)
    return [text_part(text)] if text else []


def _placeholder(block: Block, source: Source) -> str:
    name = f' "{block.title}"' if block.title else ""
    where = f" at {source.url}" if source.url else ""
    return f"[document{name}{where}: PDF content is not available to this model]"
