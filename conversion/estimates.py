"""Estimates of tokens without any tokenizer (protocol §7.1): a few percent off, at the cost of a memory copy.

Text is weighed by classes of its UTF-8 bytes, which `bytes.translate` counts without a loop in Python.
"""

from __future__ import annotations

import math

PROSE = 4.0
CODE = 3.6
"""ASCII characters per token: of prose, and of code and JSON."""

IMAGE = 1_500
"""An image of unknown size."""

_ASCII_AND_TAILS = bytes(range(0xC0))
_NOT_CJK = bytes(byte for byte in range(256) if not 0xE3 <= byte <= 0xED)
_NOT_ASCII = bytes(range(0x80, 0x100))


def estimate_text(text: str, characters_per_token: float = PROSE) -> int:
    """The tokens of a text, at least one; Chinese, Japanese and Korean weigh a token per character, nearly."""
    if text.isascii():
        return max(1, math.ceil(len(text) / characters_per_token))
    encoded = text.encode(errors="replace")
    leads = encoded.translate(None, _ASCII_AND_TAILS)
    cjk = len(leads.translate(None, _NOT_CJK))
    ascii_characters = len(encoded.translate(None, _NOT_ASCII))
    return max(1, math.ceil(ascii_characters / characters_per_token + cjk * 0.9 + (len(leads) - cjk) / 2.2))


def estimate_body(length: int, media_length: int, media_count: int) -> int:
    """A quick figure for a request of that many bytes, of which some are images and documents in base64."""
    return max(1, (length - media_length) // 4 + media_count * IMAGE)
