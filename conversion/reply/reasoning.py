"""Where a backend puts its reasoning (protocol §4.4a), and the state that it wants back next turn (§4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conversion import signatures
from conversion.destination import Destination
from conversion.notices import Notice
from conversion.reply import documents
from conversion.signatures import ReasoningState

_JOINED = ("text", "summary")
_DEEPEST = 50
_ANSWER = "final_answer"
_MOST_SEALS = 50  # each carries all that the ones before it did


def displayed(message: Mapping[str, object]) -> str:
    """The text of the plain fields. Where both are there they say the same, so the first one wins."""
    return documents.text(message.get("reasoning_content")) or _plain(message.get("reasoning"))


def part_text(part: Mapping[str, object]) -> str:
    """The text of a `thinking` or `reasoning` part of a content list."""
    return _plain(part.get("thinking") or part.get("reasoning") or part.get("text"))


def _plain(value: object) -> str:
    match value:
        case str():
            return documents.presentable(value)
        case list():
            return "".join(_plain(item) for item in value)
        case {"content": content} if content:
            return _plain(content)
        case {"summary": summary} if summary:
            return _plain(summary)
        case {"text": text}:
            return _plain(text)
    return ""


def is_thought(extra_content: object) -> bool:
    """Whether the content beside it is marked as a thought."""
    return documents.mapping(documents.mapping(extra_content).get("google")).get("thought") is True


def is_state(extra_content: object) -> bool:
    """Whether more is said there than that mark."""
    return bool(extra_content) and extra_content != {"google": {"thought": True}}


def details_text(entries: Sequence[Mapping[str, object]], previous: object) -> tuple[str, object]:
    """The readable text of `reasoning_details`, and which summary spoke last; a new one begins a paragraph."""
    parts = []
    for entry in entries:
        summary = documents.text(entry.get("summary"))
        if summary:
            key = (entry.get("index"), entry.get("id"))
            if previous is not None and previous != key:
                parts.append("\n\n")
            previous = key
        parts.append(summary or documents.text(entry.get("text")))
    return "".join(parts), previous


class ReasoningTrail:
    """The state of one answer while it is collected; sealed into the signature of every block that carries it.

    `kept`: what no block carries, by the keys that the next turn will tell.
    """

    def __init__(self, destination: Destination, secret: bytes) -> None:
        self._destination = destination
        self._secret = secret
        self._details: list[_Entry] = []
        self._latest: dict[str, _Entry] = {}
        self._calls: dict[str, object] = {}
        self._message: object = None
        self._signature = ""
        self._items: list[object] = []
        self._unshown: list[str] = []
        self._seals = 0
        self.uncarried = False
        self.notices: list[Notice] = []
        self.kept: dict[str, str] = {}

    def add_details(self, entries: Sequence[object]) -> None:
        """Entries of `reasoning_details`, kept for backends that want them back."""
        if self._destination.profile.reasoning_state != "details":
            return
        for part in entries:
            if isinstance(part, dict) and self._is_fair(part):
                self._add_detail(part)

    def _add_detail(self, part: Mapping[str, object]) -> None:
        known = self._latest.get(key := _key(part))
        if known is None or not known.takes(part):
            self._latest[key] = entry = _Entry(part)
            self._details.append(entry)
        self.uncarried = True

    def add_call_state(self, client_id: str, extra_content: object) -> None:
        """What a backend hung on one tool call."""
        if self._is_fair(extra_content):
            self._calls[client_id] = extra_content
            self.uncarried = True

    def add_message_state(self, extra_content: object) -> None:
        """What a backend hung on the message."""
        if self._is_fair(extra_content):
            self._message = extra_content
            self.uncarried = True

    def add_signature(self, text: str) -> None:
        """What the text was signed with, by a backend that wants it back in its content. It may come in parts."""
        if self._destination.profile.reasoning_in_content == "part":
            self._signature += text
            self.uncarried = True

    def add_item(self, item: object) -> None:
        """A reasoning item, carried by the next block that is signed."""
        if self._destination.profile.reasoning_state != "none" and self._is_fair(item):
            self._items.append(item)
            self.uncarried = True

    def add_phase(self, word: str) -> None:
        """What the text that follows is to its turn, kept like an item of its own.

        A text of which nothing is known is taken for the answer, so that this alone is worth no block.
        """
        if self._items or word != _ANSWER:
            self.add_item({"type": "phase", "phase": word})

    def add_unshown_text(self, text: str) -> None:
        """Reasoning that the open block does not show, kept for backends that want the text back."""
        if self._destination.profile.reasoning_state == "text":
            self._unshown.append(text)

    def sealed(self) -> str:
        """Everything known so far; a state too large for the client to carry around is given up."""
        self.uncarried = False
        self._seals += 1
        if self._seals <= _MOST_SEALS:
            try:
                return self._carried(signatures.seal(self._state(), self._secret))
            except signatures.StateTooLarge:
                pass
        self._drop("The reasoning state was too large to be carried along")
        return signatures.seal(ReasoningState(self._destination.group, self._destination.model, "t"), self._secret)

    def keep_for(self, call_id: str) -> None:
        """Where no block may carry it, keep the state for the turn that answers this call."""
        state = self._state()
        if not self._destination.profile.remembers or not state.payload:
            return
        try:
            self.kept[call_id] = signatures.seal(state, self._secret)
        except signatures.StateTooLarge:
            self._drop("The reasoning state was too large to be kept")

    def _carried(self, sealed: str) -> str:
        """What a block carries: the state, or where it is kept."""
        if len(sealed) <= signatures.MOST_CARRIED:
            return sealed
        key = signatures.key_of(sealed)
        self.kept[key] = sealed
        return signatures.reference(key)

    def _is_fair(self, state: object) -> bool:
        """Whether the state can be written down; what is nested without end is given up."""
        if _is_deep(state, _DEEPEST):
            self._drop("The reasoning state was nested too deeply")
            return False
        return True

    def _drop(self, detail: str) -> None:
        self.notices.append(Notice("reasoning_state_dropped", detail))

    def _state(self) -> ReasoningState:
        group, model = self._destination.group, self._destination.model
        if self._items:
            items, self._items = self._items, []
            return ReasoningState(group, model, "rs", items)
        if self._details:
            return ReasoningState(group, model, "rd", [entry.merged() for entry in self._details])
        if self._calls or self._message is not None:
            return ReasoningState(group, model, "gs", {"calls": self._calls, "msg": self._message})
        unshown, self._unshown = "".join(self._unshown), []
        if self._signature:
            return ReasoningState(group, model, "ms", {"signature": self._signature, "text": unshown or None})
        return ReasoningState(group, model, "t", unshown or None)


class _Entry:
    """One entry of `reasoning_details`, put together from its parts."""

    def __init__(self, part: Mapping[str, object]) -> None:
        self._fields: dict[str, object] = {}
        self._texts: dict[str, list[str]] = {}
        self._add(part)

    def takes(self, part: Mapping[str, object]) -> bool:
        """Add the part, unless it is other encrypted data: that never continues, it is only repeated or replaced."""
        known, data = self._fields.get("data"), part.get("data")
        if isinstance(known, str) and isinstance(data, str) and not data.startswith(known):
            return False
        self._add(part)
        return True

    def _add(self, part: Mapping[str, object]) -> None:
        for name, value in part.items():
            if name in _JOINED and isinstance(value, str):
                self._texts.setdefault(name, []).append(value)
            if value is not None or name not in self._fields:
                self._fields[name] = value

    def merged(self) -> dict[str, object]:
        """The entry as a backend expects it back, its fields in the order in which they came."""
        return {**self._fields, **{name: "".join(parts) for name, parts in self._texts.items()}}


def _is_deep(value: object, most: int) -> bool:
    """Whether arrays and objects are nested in it more than so many times."""
    match value:
        case dict():
            return most == 0 or any(_is_deep(item, most - 1) for item in value.values())
        case list():
            return most == 0 or any(_is_deep(item, most - 1) for item in value)
    return False


def _key(part: Mapping[str, object]) -> str:
    """Parts with the same key are one entry; a text, as the fields may be of any type."""
    index = part.get("index")
    return repr((part.get("type"), index if index is not None else part.get("id"), index is None))
