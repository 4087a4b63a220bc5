"""Tool calls that a model writes into its text (protocol §4.4c), cut out as they stream by.

What stands before a call goes on at once. The call itself is held until it is whole, and becomes a call only where its
tool was offered; else it is given back as the text that it is. A call of the backend's own ends the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from conversion.notices import Notice
from conversion.reply import documents
from conversion.reply.call_markup import BARE, PARSERS, Markup, NoCall, WrittenCall
from conversion.reply.call_names import offered_name
from conversion.reply.deltas import CallFragment, CallFragments, Delta, End, Finish, Text, Texts
from conversion.terms import ReplyTerms

FIRST_INDEX = 1_000
"""Above whatever number a backend gives a call of its own."""

_MOST_CLOSINGS = 16
"""How often the closing may stand within the arguments: each time the text is read anew."""


class WrittenCalls:
    """The state of one answer."""

    def __init__(self, markups: Sequence[Markup], terms: ReplyTerms) -> None:
        self._markups = markups if terms.tool_names else ()
        self._terms = terms
        self._held = ""  # what may become an opening, or all of a call whose beginning is not settled
        self._section: list[str] = []  # what came of the call that is open
        self._markup: Markup | None = None
        self._count = 0

    @property
    def watching(self) -> bool:
        """Calls are looked for."""
        return bool(self._markups)

    def feed(self, said: Delta | Notice) -> Iterator[Delta | Notice]:
        """What was said, with calls in the place of their text."""
        match said:
            case Text():
                yield from self._read(said.text)
            case Texts():
                yield from self._read("".join(said.parts))
            case CallFragment() | CallFragments():
                yield from self._given_back()
                self._markups = ()
                yield said
            case Finish() | End():
                yield from self.end()
                yield said
            case _:
                yield said

    def end(self) -> Iterator[Delta]:
        """What was held, when the text is over."""
        if self._markup is not None and not self._markup.closing and (calls := self._calls("".join(self._section))):
            self._leave()
            yield from calls
        yield from self._given_back()

    def _given_back(self) -> Iterator[Delta]:
        held = self._held + "".join(self._section)
        self._leave()
        if held:
            yield Text(held)

    def _leave(self) -> None:
        self._held, self._section, self._markup = "", [], None

    def _read(self, text: str) -> Iterator[Delta]:
        while text:
            if not self._markups:
                yield Text(text)
                return
            if self._markup is None:
                shown, text = self._until_opening(self._held + text)
                if shown:
                    yield Text(shown)
            else:
                found, text = self._until_closing(self._markup, text)
                yield from found

    def _until_opening(self, text: str) -> tuple[str, str]:
        """What is text, and what follows it: a call with its opening, or nothing."""
        self._held = ""
        found = self._first_opening(text)
        if found is None:
            place = len(text) - self._length_of_beginning(text)
            self._held = text[place:]
            return text[:place], ""
        place, end, markup = found
        begun = text[end:].lstrip()
        if begun.startswith(markup.begins):
            self._markup = markup
            return text[:place], text[place:]
        if markup.begins.startswith(begun):
            self._held = text[place:]
            return text[:place], ""
        return text[:end], text[end:]

    def _first_opening(self, text: str) -> tuple[int, int, Markup] | None:
        found = [
            (place, place + len(opening), markup)
            for markup in self._markups
            for opening in markup.openings
            if (place := text.find(opening)) >= 0
        ]
        return min(found, key=lambda each: each[0], default=None)

    def _length_of_beginning(self, text: str) -> int:
        """How much of the end of the text may become an opening."""
        openings = [opening for markup in self._markups for opening in markup.openings]
        longest = min(max(map(len, openings)) - 1, len(text))
        ends = (text[len(text) - length :] for length in range(longest, 0, -1))
        return next((len(end) for end in ends if any(opening.startswith(end) for opening in openings)), 0)

    def _until_closing(self, markup: Markup, text: str) -> tuple[list[Delta], str]:
        """The calls, or the text that is none, once that is known; and what follows."""
        closing = markup.closing
        overlap = len(closing) - 1 if closing else 0
        tail = "".join(self._section[-overlap:])[-overlap:] if overlap else ""
        self._section.append(text)
        if not closing or closing not in tail + text:
            return [], ""
        whole = "".join(self._section)
        place = 0
        for _ in range(_MOST_CLOSINGS):
            place = whole.find(closing, place) + len(closing)
            if place < len(closing):
                return [], ""
            if calls := self._calls(whole[:place]):
                self._leave()
                return calls, whole[place:]
        self._leave()
        return [Text(whole[:place])], whole[place:]

    def _calls(self, section: str) -> list[Delta]:
        """The calls in this text; none where it is not whole, or where one is of a tool that nobody offered."""
        assert self._markup is not None
        try:
            calls = self._markup.read(section)
        except NoCall:
            return []
        names = [offered_name(call.name, self._terms.tool_names) for call in calls]
        if not all(name in self._terms.tool_names for name in names):
            return []
        return [self._fragment(name, call) for name, call in zip(names, calls, strict=True)]

    def _fragment(self, name: str, call: WrittenCall) -> CallFragment:
        self._count += 1
        arguments = call.arguments if isinstance(call.arguments, str) else self._typed(name, call.arguments)
        return CallFragment(FIRST_INDEX + self._count, name=name, arguments=arguments)

    def _typed(self, name: str, values: Mapping[str, str]) -> str:
        """Values as the tool's schema wants them: as text, or as the JSON that they are."""
        texts = self._terms.text_properties.get(self._terms.tool_names[name], frozenset())
        typed = {key: value if key in texts else _json_value(value) for key, value in values.items()}
        return documents.encode(typed).decode()


def calls_anyhow(text: str, terms: ReplyTerms) -> list[Delta]:
    """What a text says in which a call must be, in whatever way it is written; nothing where none is found."""
    for markups in (*PARSERS.values(), (BARE,)):
        reading = WrittenCalls(markups, terms)
        said = [each for each in (*reading.feed(Text(text)), *reading.end()) if not isinstance(each, Notice)]
        if any(isinstance(each, CallFragment) for each in said):
            return said
    return []


def _json_value(text: str) -> object:
    try:
        return documents.decode(text.strip().encode())
    except documents.NotJson:
        return text
