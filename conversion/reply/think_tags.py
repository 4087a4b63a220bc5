"""Reasoning that stands in the content, between tags (protocol §4.4a, §5.4): cut out as it streams by.

Only a tag at the very start counts. The first other character settles that the text is text: the user may be
discussing the tag.
"""

from __future__ import annotations

from typing import Literal

from conversion.reply.deltas import Reasoning, Text

_OPENING = ("<thinking>", "<think>", "<thought>", "[THINK]")
_CLOSING = ("</thinking>", "</think>", "</thought>", "[/THINK]")


class ThinkTags:
    """The state of one answer's content: before the tag, inside it, or past it for good."""

    def __init__(self, *, implicit: bool = False) -> None:
        self._state: Literal["start", "implicit", "inside", "after"] = "implicit" if implicit else "start"
        self._held = ""
        self._marked = False  # the last piece was marked as a thought
        self._marks = False  # this backend marks thoughts
        self._newlines_pending = False

    @property
    def begun(self) -> bool:
        """A tag, or a mark of the backend, was found."""
        return self._state == "inside" or self._newlines_pending or self._marks

    @property
    def holds(self) -> bool:
        """Something is held that may still become a tag."""
        return bool(self._held)

    @property
    def passed(self) -> bool:
        """Nothing is left to look for."""
        return self._state == "after" and not self._newlines_pending and not self._marks

    def feed(self, text: str) -> list[Text | Reasoning]:
        """Content, split into reasoning and text."""
        if self._marked:
            self._marked = False
            if self._state == "inside" and not (self._held + text).lstrip().startswith("</"):
                return [*self._pieces(Reasoning, self._released()), *self._after(text)]
        return self._step(text)

    def thought(self, text: str) -> list[Text | Reasoning]:
        """Content that the backend marks as a thought, with or without tags."""
        self._marked = self._marks = True
        if self._state in ("start", "after"):
            self._state = "implicit"
        return self._step(text)

    def end(self) -> list[Text | Reasoning]:
        """What was held, when the content is over; an unclosed tag makes it reasoning."""
        return self._pieces(Text if self._state in ("start", "after") else Reasoning, self._released())

    def _step(self, text: str) -> list[Text | Reasoning]:
        match self._state:
            case "start" | "implicit":
                return self._start(self._released() + text)
            case "inside":
                return self._inside(self._released() + text)
            case "after":
                return self._after(text)

    def _start(self, text: str) -> list[Text | Reasoning]:
        begun = text.lstrip()
        for tag in _OPENING:
            if begun.startswith(tag):
                return self._inside(begun.removeprefix(tag))
        if any(tag.startswith(begun) for tag in _OPENING):
            self._held = text
            return []
        return self._inside(text) if self._state == "implicit" else self._after(text)

    def _inside(self, text: str) -> list[Text | Reasoning]:
        self._state = "inside"
        found = [(position, tag) for tag in _CLOSING if (position := text.find(tag)) >= 0]
        if not found:
            thought, self._held = _without_beginning(text)
            return self._pieces(Reasoning, thought)
        position, tag = min(found)
        self._newlines_pending = True
        return [*self._pieces(Reasoning, text[:position]), *self._after(text[position + len(tag) :])]

    def _after(self, text: str) -> list[Text | Reasoning]:
        self._state = "after"
        if self._newlines_pending:
            text = text.lstrip("\r\n")
            self._newlines_pending = not text
        return self._pieces(Text, text)

    def _released(self) -> str:
        held, self._held = self._held, ""
        return held

    def _pieces(self, kind: type[Text] | type[Reasoning], text: str) -> list[Text | Reasoning]:
        return [kind(text)] if text else []


def _without_beginning(text: str) -> tuple[str, str]:
    """The text without an end that may begin a closing tag, and that end."""
    start = max(0, len(text) - len(_CLOSING[0]) + 1)
    position = max(text.rfind("<", start), text.rfind("[", start))
    if position >= 0 and any(tag.startswith(text[position:]) for tag in _CLOSING):
        return text[:position], text[position:]
    return text, ""
