"""The texts of a content, apart from the JSON that they stand in, and back into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from conversion.request.read import ABSENT
from conversion.request.system import ATTRIBUTION


@dataclass(frozen=True, slots=True)
class PromptTexts:
    """`raw`: the content; `texts`: the texts in it, in their order, without the client's line of attribution, which
    is no part of the prompt. `_heads` are those lines; what is no text keeps its place.
    """

    raw: Raw
    texts: tuple[str, ...]
    _heads: tuple[str, ...]

    @classmethod
    def of(cls, raw: Raw) -> PromptTexts:
        parts = [_parted(text) for text in _texts(raw)]
        return cls(raw, tuple(text for _, text in parts), tuple(head for head, _ in parts))

    def replaced(self, texts: tuple[str, ...]) -> PromptTexts:
        """The content with these texts; the very same bytes where nothing changed."""
        if texts == self.texts:
            return self
        whole = iter([head + text for head, text in zip(self._heads, texts, strict=True)])
        changed = _changed(msgspec.json.decode(self.raw), whole)
        return PromptTexts(Raw(msgspec.json.encode(changed)), texts, self._heads)


def _changed(content: object, texts: Iterator[str]) -> object:
    if not isinstance(content, list):
        return next(texts)
    return [{**block, "text": next(texts)} if _text(block) is not None else block for block in content]


def _texts(raw: Raw) -> list[str]:
    content = None if raw is ABSENT else msgspec.json.decode(raw)
    if isinstance(content, str):
        return [content]
    found = map(_text, content) if isinstance(content, list) else ()
    return [text for text in found if text is not None]


def _text(block: object) -> str | None:
    match block:
        case {"type": "text", "text": str(text)}:
            return text
        case _:
            return None


def _parted(text: str) -> tuple[str, str]:
    """The line of attribution with its end, and what follows it."""
    if not text.startswith(ATTRIBUTION):
        return "", text
    line, end, rest = text.partition("\n")
    return line + end, rest
