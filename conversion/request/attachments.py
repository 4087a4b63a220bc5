"""What others must do before a request can be converted whole: fetch what backends do not fetch, read what they cannot.

Most requests have nothing of the kind, so that messages are looked at only where their bytes hint at it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping

from msgspec import Struct

from conversion.destination import Destination
from conversion.request.blocks import Block, Source, inner_blocks, read_blocks
from conversion.request.magic import PDF
from conversion.request.media import fetched_source
from conversion.request.notes import Notes
from conversion.request.outside import Outside, bare_base64, document_digest
from conversion.request.read import MessagesRequest
from conversion.request.unreadable import refuses_unreadable

_FETCHABLE = ("http://", "https://")


class Document(Struct, frozen=True):
    """A PDF document whose text is wanted, for `convert_request(documents={digest: text})`."""

    digest: str
    encoded: str

    @property
    def data(self) -> bytes:
        """The document itself, empty where it is no base64; decoded for those only who do not know the text yet."""
        try:
            return b64decode(self.encoded)
        except (binascii.Error, ValueError):
            return b""


@refuses_unreadable
def urls_to_fetch(request: MessagesRequest, destination: Destination) -> list[str]:
    """Where the images and documents are that the backend does not fetch itself, each once."""
    profile = destination.profile.for_model(destination.model)
    fetches = {"image": profile.image_urls or not profile.images, "document": profile.file_urls}
    if all(fetches.values()):
        return []
    found = (source.url for kind, source in _sources(request, b'"url"') if source.type == "url" and not fetches[kind])
    return list(dict.fromkeys(url for url in found if url.startswith(_FETCHABLE)))


@refuses_unreadable
def documents_to_extract(
    request: MessagesRequest, destination: Destination, fetched: Mapping[str, tuple[str, str]] | None = None
) -> list[Document]:
    """The PDF documents that the backend cannot read, each once, those at URLs if they were fetched."""
    if destination.profile.for_model(destination.model).files:
        return []
    outside = Outside(fetched=fetched or {})
    found: dict[str, Document] = {}
    for kind, source in _sources(request, b'"document"'):
        source = fetched_source(source, outside, PDF) if source.type == "url" else source
        if kind == "document" and source.media_type == PDF and (data := bare_base64(source.data)):
            digest = document_digest(data)
            found.setdefault(digest, Document(digest, data))
    return list(found.values())


def _sources(request: MessagesRequest, hint: bytes) -> Iterator[tuple[str, Source]]:
    """All sources of images and documents, with the type of their block."""
    for index, message in enumerate(request.messages):
        if hint in bytes(message.content):
            yield from _sources_of(read_blocks(message.content, f"messages.{index}.content", Notes()))


def _sources_of(blocks: list[Block]) -> Iterator[tuple[str, Source]]:
    for block in blocks:
        if isinstance(block.source, Source):
            if block.type in ("image", "document"):
                yield block.type, block.source
            yield from _sources_of(inner_blocks(block.source.content))
        if isinstance(block.content, list):
            yield from _sources_of(block.content)
