"""What a conversion loses or repairs: one notice of each kind, with its first place and how often it happened."""

from __future__ import annotations

from conversion.notices import Notice


class Notes:
    """`add` is called at each place; long conversations repeat a loss on every turn, so kinds are counted."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._count: dict[str, int] = {}

    def add(self, code: str, detail: str) -> None:
        self._first.setdefault(code, detail)
        self._count[code] = self._count.get(code, 0) + 1

    def notices(self) -> tuple[Notice, ...]:
        return tuple(Notice(code, self._detail(code)) for code in self._first)

    def _detail(self, code: str) -> str:
        more = self._count[code] - 1
        return f"{self._first[code]} and {more} more" if more else self._first[code]
