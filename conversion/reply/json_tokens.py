"""Words and escapes of a model's JSON: each as it may stand in valid JSON, wrong ones made right."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {
    "true": "true",
    "false": "false",
    "null": "null",
    "True": "true",
    "False": "false",
    "None": "null",
    "NaN": "null",
    "Infinity": "null",
    "-Infinity": "null",
    "undefined": "null",
}
_HEX = re.compile(r"[0-9a-fA-F]*")
_LOW_SURROGATE = re.compile(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_LONE = r"\ufffd"


def literal(word: str) -> str | None:
    """A number or a word of JSON, Python or JavaScript; None for every other word."""
    return word if _NUMBER.fullmatch(word) else _WORDS.get(word)


def read_escape(text: str, at: int) -> tuple[str, int]:
    """The escape that begins at `at`, and where the text goes on: at `at` where the escape is not over yet."""
    match text[at + 1 : at + 2]:
        case "":
            return "", at
        case '"' | "\\" | "/" | "b" | "f" | "n" | "r" | "t" as letter:
            return "\\" + letter, at + 2
        case "'":
            return "'", at + 2
        case "u":
            return _read_unicode(text, at)
    return r"\\", at + 1  # a lone backslash, as in C:\path or \d


def _read_unicode(text: str, at: int) -> tuple[str, int]:
    digits = text[at + 2 : at + 6]
    if not _HEX.fullmatch(digits):
        return r"\\", at + 1
    if len(digits) < 4:
        return "", at
    code = int(digits, 16)
    if code == 0:
        return "", at + 6
    return _read_surrogate(text, at) if 0xD800 <= code < 0xE000 else (text[at : at + 6], at + 6)


def _read_surrogate(text: str, at: int) -> tuple[str, int]:
    """Half a pair that stands alone would make the string unreadable for most clients."""
    low = text[at + 6 : at + 12]
    if text[at + 3] in "89abAB":
        if _LOW_SURROGATE.fullmatch(low):
            return text[at : at + 12], at + 12
        if _LOW_SURROGATE.fullmatch(low + r"\udc00"[len(low) :]):
            return "", at
    return _LONE, at + 6
