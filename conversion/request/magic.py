"""What a file is, told by its first bytes: labels are often wrong."""

from __future__ import annotations

PDF = "application/pdf"
_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", PDF),
)


def media_type_of(head: bytes) -> str | None:
    """The media type, where it is one of those that the Messages API takes."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)
