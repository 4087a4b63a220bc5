"""What a conversion cannot do by itself, because it takes I/O or another library: others do it and hand it in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outside:
    """`documents`: the digest of a PDF document (see `document_digest`) → its text.
    `fetched`: a URL → the media type and the base64 of what is there.
    """

    documents: Mapping[str, str] = field(default_factory=dict)
    fetched: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def text_of(self, data: str) -> str | None:
        """The text of a PDF document in base64, where somebody extracted it."""
        return self.documents.get(document_digest(data)) if self.documents else None


def document_digest(data: str) -> str:
    """SHA-256 of a document's base64, in hexadecimal: of the base64 itself, so that nothing is decoded for it."""
    return hashlib.sha256(data.encode(errors="replace")).hexdigest()


def bare_base64(data: str) -> str:
    """Base64 without the head of a data URL and without line breaks, which some clients leave in."""
    if data.startswith("data:"):
        data = data.partition(",")[2]
    if any(blank in data for blank in "\n\r\t "):
        data = "".join(data.split())
    return data
