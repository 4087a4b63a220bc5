"""What backends send twice: the whole text again at the end, or all text so far in every chunk (protocol §5.4)."""

from __future__ import annotations

_TELLING = 40
_FINAL_TELLING = 20
_SURE = 3


class Echoes:
    """One channel of text. Repetition that may still be meant is held until it is certain what it is.

    A longer chunk that begins with everything before it is a repetition only when three come in a row: a model may well
    write a line of dashes, and a longer one after it.
    """

    __slots__ = ("_cumulative", "_length", "_parts", "_suspects")

    def __init__(self, *, cumulative: bool = False) -> None:
        self._cumulative = cumulative
        self._parts: list[str] = []
        self._length = 0
        self._suspects: list[str] = []

    def fresh(self, text: str, *, last: bool = False) -> str:
        """The part of the text that was not there before."""
        if not self._suspects and not (len(text) >= self._length and (last or self._cumulative or self._is_telling)):
            return self._sent(text)
        return self._examined(text, last=last)

    @property
    def _is_telling(self) -> bool:
        return self._length > _TELLING

    def passes(self, texts: list[str]) -> bool:
        """Whether none of these can be repetition; if so, they count as sent."""
        if self._suspects or self._cumulative:
            return False
        length = self._length
        if max(map(len, texts), default=0) >= length:
            for text in texts:
                if len(text) >= length > _TELLING:
                    return False
                length += len(text)
        self._parts += texts
        self._length += sum(map(len, texts))
        return True

    def held(self) -> str:
        """What was held, when no more comes."""
        held = "".join(self._suspects)
        self._suspects.clear()
        return held

    def _examined(self, text: str, *, last: bool) -> str:
        whole = self._whole()
        before = self._suspects[-1] if self._suspects else whole
        if self._cumulative:
            return self._sent(text[len(whole) :] if text.startswith(whole) else text)
        if last and text == before and len(text) > _FINAL_TELLING:
            return self.held()
        if not len(text) > len(before) > _TELLING or not text.startswith(before):
            return self._sent(self.held() + text)
        self._suspects.append(text)
        if len(self._suspects) < _SURE:
            return ""
        self._suspects.clear()
        self._cumulative = True
        return self._sent(text[len(whole) :])

    def _whole(self) -> str:
        self._parts = ["".join(self._parts)]
        return self._parts[0]

    def _sent(self, text: str) -> str:
        self._parts.append(text)
        self._length += len(text)
        return text
