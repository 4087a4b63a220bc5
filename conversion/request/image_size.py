"""What images and PDF documents weigh in tokens, by their first bytes or their pages (protocol §7.1)."""

from __future__ import annotations

import binascii
import math
import re
import struct
from base64 import b64decode

from conversion.estimates import IMAGE

_HEAD = 65_536  # base64 characters: the size of a JPEG stands behind its metadata
_LONG_EDGE = 1_568
_LARGEST_IMAGE = 1_600
_PIXELS_PER_TOKEN = 750
_PDF_PAGE = 2_000
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_JPEG_NO_SIZE = frozenset((0xC4, 0xC8, 0xCC))
"""Markers among those of frames that are tables, not frames."""


def image_tokens(data: str) -> int:
    """The tokens of an image in base64."""
    width, height = _dimensions(_decoded(data[:_HEAD]))
    if not width or not height:
        return IMAGE
    scale = min(1.0, _LONG_EDGE / max(width, height))
    return min(_LARGEST_IMAGE, max(1, math.ceil(width * scale * height * scale / _PIXELS_PER_TOKEN)))


def pdf_tokens(data: str) -> int:
    """The tokens of a PDF document in base64."""
    return _PDF_PAGE * max(1, len(_PAGE.findall(_decoded(data))))


def _decoded(data: str) -> bytes:
    try:
        return b64decode(data[: len(data) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _dimensions(head: bytes) -> tuple[int, int]:
    try:
        if head.startswith(b"\x89PNG"):
            return _pair(">II", head, 16)
        if head.startswith(b"GIF8"):
            return _pair("<HH", head, 6)
        if head[8:12] == b"WEBP":
            return _webp(head)
        if head.startswith(b"\xff\xd8"):
            return _jpeg(head)
    except (struct.error, IndexError):
        pass
    return 0, 0


def _pair(layout: str, head: bytes, offset: int) -> tuple[int, int]:
    first, second = struct.unpack_from(layout, head, offset)
    return first, second


def _webp(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width, height = _pair("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF


def _jpeg(head: bytes) -> tuple[int, int]:
    """Walks from segment to segment until the frame that tells the size."""
    offset = 2
    while head[offset] == 0xFF:
        marker = head[offset + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _JPEG_NO_SIZE:
            height, width = _pair(">HH", head, offset + 5)
            return width, height
        offset += 2 + int.from_bytes(head[offset + 2 : offset + 4], "big")
    return 0, 0
