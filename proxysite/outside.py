"""What a request needs from outside the conversion: what is at its URLs, and the text of its PDF documents.

Most requests have neither, and most backends take both: then nothing is awaited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from django.conf import settings

from conversion.destination import Destination
from conversion.request.attachments import Document, documents_to_extract, urls_to_fetch
from conversion.request.outside import Outside
from conversion.request.read import MessagesRequest
from proxysite.pdf.texts import PdfTexts
from routing.fetching import Content, Fetcher

LARGE_BYTES = 1024 * 1024
"""Looking for documents in more than this takes so long that others would notice."""

fetcher = Fetcher()
pdf_texts = PdfTexts()


async def outside(message: MessagesRequest, destination: Destination) -> Outside:
    """For `convert_request(documents=…, fetched=…)`; raises InvalidRequest, as the conversion itself would."""
    urls = urls_to_fetch(message, destination) if settings.FETCH_URLS else []
    fetched = await fetcher.fetch(urls) if urls else {}
    documents = await _documents(message, destination, fetched)
    return Outside(await pdf_texts.of(documents) if documents else {}, fetched)


async def _documents(
    message: MessagesRequest, destination: Destination, fetched: Mapping[str, Content]
) -> list[Document]:
    size = sum(len(memoryview(turn.content)) for turn in message.messages)
    if size + sum(len(data) for _, data in fetched.values()) > LARGE_BYTES:
        return await asyncio.to_thread(documents_to_extract, message, destination, fetched)
    return documents_to_extract(message, destination, fetched)
