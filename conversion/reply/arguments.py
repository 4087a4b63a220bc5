"""The arguments of a tool call, from text of any make to one JSON object (protocol §4.4b)."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from conversion.reply.documents import encode
from conversion.reply.json_repair import INVALID, ObjectRepair

STUCK = 64 << 10
_LONGEST_CHECKED = 64 << 10  # text that is no object is read anew each time somebody asks whether it is complete
_EMPTY = frozenset({"", "null", "None", "{}", "[]"})
_MOST_ENCODINGS = 3  # the text itself, and twice a string in a string

_decode = msgspec.json.Decoder().decode
_decode_items = msgspec.json.Decoder(list[Raw]).decode


class Arguments:
    """The arguments of one call while they arrive. Only an object can be passed on before its end is known."""

    def __init__(self, *, custom: bool = False) -> None:
        self._custom = custom
        self._raw: list[str] = []
        self._length = 0
        self._repair: ObjectRepair | None = None
        self._opaque = custom
        self._blank = 0

    @property
    def begun(self) -> bool:
        """Some argument text has come."""
        return self._length > 0

    @property
    def complete(self) -> bool:
        """What has come is a whole object, or a whole document of another kind."""
        if self._repair is not None:
            return self._repair.complete
        return self._opaque and not self._custom and self._length <= _LONGEST_CHECKED and _is_document(self.text)

    @property
    def is_prelude(self) -> bool:
        """What has come is an empty object, which some backends send ahead of the real one."""
        return self._repair is not None and self._repair.complete and not self._repair.sent

    @property
    def altered(self) -> bool:
        """The object differs from what the model wrote."""
        return self._opaque and not self._custom if self._repair is None else self._repair.altered

    @property
    def stuck(self) -> bool:
        """The model writes white space, and seems to do so for ever."""
        return self._blank > STUCK

    def add(self, text: str) -> str:
        """Add a fragment; returns what may be passed on now."""
        if self._repair is not None:
            text = self._without_repetition(text)
        self._raw.append(text)
        self._length += len(text)
        if text.isspace() and not (self._repair and self._repair.in_string):
            self._blank += len(text)
        if self._repair is None and not self._opaque:
            text = text.lstrip()
            if text.startswith("{"):
                self._repair = ObjectRepair()
            self._opaque = bool(text) and self._repair is None
        return "" if self._repair is None else self._repair.feed(text)

    def passes(self, parts: list[str]) -> int:
        """How many of these parts lie within one string of the object, and go out as they are; they are added."""
        if self._repair is None:
            return 0
        begins_anew = next((place for place, part in enumerate(parts) if part[:1] == "{"), len(parts))
        passed = self._repair.passes(parts[:begins_anew])
        self._raw += parts[:passed]
        self._length += sum(map(len, parts[:passed]))
        return passed

    def repeats(self, text: str) -> bool:
        """Whether the fragment says once more what is complete already."""
        return self.complete and _same_document(text, self.text)

    def end(self, *, cut: bool, sole_property: str | None = None) -> str:
        """The rest, when no more comes. Where the reply was `cut`, nothing is completed."""
        if self._custom:
            return encode({"input": self.text}).decode()
        if self._repair is None:
            return object_text(self.text, sole_property)
        if cut and not self._repair.complete:
            return ""
        rest = self._repair.end()
        return rest if self._repair.sent or self._repair.complete else _invalid(self.text)

    @property
    def broken_off(self) -> bool:
        """They ended inside the object, so that even `end` left it open."""
        return self._repair is not None and self._repair.broken_off

    @property
    def unreadable(self) -> str:
        """An object that says that nobody could read them."""
        return _invalid(self.text)

    @property
    def text(self) -> str:
        """Everything that came, as it came."""
        self._raw = ["".join(self._raw)]
        return self._raw[0]

    def _without_repetition(self, text: str) -> str:
        """Some backends send all arguments so far in every chunk: told where no object may begin, but one does."""
        if text[:1] == "{" and len(text) >= self._length and self._repair and not self._repair.wants_value:
            return text.removeprefix(self.text)
        return text


def object_text(raw: str, sole_property: str | None = None) -> str:
    """Finished arguments that do not begin as an object."""
    return _object_text(raw.strip(), sole_property, _MOST_ENCODINGS)


def _object_text(raw: str, sole_property: str | None, encodings: int) -> str:
    if raw in _EMPTY:
        return "{}"
    try:
        value = _decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _inner_object(raw) or _invalid(raw)
    match value:
        case dict():
            return raw
        case str() if encodings > 1 and (inner := value.strip())[:1] in ("{", '"', "["):
            return _object_text(inner, sole_property, encodings - 1)
        case [dict()]:
            return bytes(_decode_items(raw)[0]).decode()
    return f"{{{encode(sole_property or 'value').decode()}:{raw}}}"


def _inner_object(raw: str) -> str | None:
    """The object in a text around it, such as a Markdown fence; None where there is none, or one that is cut off."""
    start = raw.find("{")
    if start < 0:
        return None
    repair = ObjectRepair()
    text = repair.feed(raw[start:]) + (repair.end() if repair.complete else "")
    return text if repair.complete else None


def _invalid(raw: str) -> str:
    """What nobody can read: the client's own check of the arguments fails, and the model tries again."""
    return encode({INVALID: raw}).decode()


def _is_document(text: str) -> bool:
    try:
        _decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return True


def _same_document(one: str, other: str) -> bool:
    try:
        return bool(_decode(one) == _decode(other))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
