"""One JSON object written by a model, passed on while it arrives (protocol §4.4b, §5.5).

What is valid passes unchanged and at once. What has one plain meaning is repaired on the way: trailing commas, single
quotes, unquoted keys, Python's and JavaScript's words, raw control characters, wrong escapes, comments.

A string, a key or a member that is cut off is never completed: a shorter command is another command.
"""

from __future__ import annotations

import re
from typing import Literal

from conversion.reply.documents import encode
from conversion.reply.json_tokens import literal, read_escape
from conversion.reply.json_writer import ObjectWriter

INVALID = "__invalid_json"

_State = Literal["open", "key", "colon", "value", "item", "next", "string", "done", "broken"]

_DEEPEST = 100
_LONGEST_TOKEN = 4096
_SPACE = re.compile(r"[ \t\n\r]+")
_COMMENT = re.compile(r"//[^\n]*\n|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[^\s\"'{}\[\],:/]+")
_NAME = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*"')
_PASSING = {
    '"': re.compile(r'[^"\\\x01-\x1f]*+(?:\\["\\/bfnrt][^"\\\x01-\x1f]*+)*+'),
    "'": re.compile(r"""[^'"\\\x01-\x1f]*+"""),
}
"""What goes out as it came, a NUL behind each part; escapes too where the string's own quotes are those of JSON."""
_PLAIN = {'"': re.compile(r'[^"\\\x00-\x1f]+'), "'": re.compile(r"""[^'"\\\x00-\x1f]+""")}


class ObjectRepair:
    """The side that reads: what is expected next, and what is not over yet."""

    def __init__(self) -> None:
        self._state: _State = "open"
        self._carry = ""  # the beginning of a token
        self._quote = '"'
        self._is_key = False
        self._rest: list[str] = []
        self._writer = ObjectWriter()

    @property
    def complete(self) -> bool:
        """The object is closed."""
        return self._state == "done"

    @property
    def broken_off(self) -> bool:
        """The object is not closed, though nothing in it was wrong so far."""
        return self._state not in ("done", "broken")

    @property
    def wants_value(self) -> bool:
        """An object may begin here."""
        return self._state in ("open", "value", "item")

    @property
    def in_string(self) -> bool:
        """Inside a key or a string, where white space means something."""
        return self._state == "string"

    @property
    def sent(self) -> bool:
        """Something has gone out."""
        return self._writer.sent

    @property
    def altered(self) -> bool:
        """What goes out differs from what the model wrote."""
        return self._writer.altered

    @property
    def members_end(self) -> int:
        """How much of what has gone out is whole members of the object."""
        return self._writer.members_end

    def feed(self, text: str) -> str:
        """What may go out now that the text follows."""
        if self._state == "string" and not self._carry and _PLAIN[self._quote].fullmatch(text):
            return self._writer.pass_on(text)
        text, self._carry = self._carry + text, ""
        at = 0
        while at < len(text):
            following = self._step(text, at)
            if following == at:  # a token that is not over yet
                self._wait(text[at:])
                break
            at = following
        return self._writer.taken()

    def passes(self, texts: list[str]) -> int:
        """How many of these go on with the open string, and need nothing but that; they count as sent."""
        if self._state != "string" or self._carry:
            return 0
        joined = "\0".join([*texts, ""])
        if joined.count("\0") != len(texts):
            return 0
        match = _PASSING[self._quote].match(joined)
        passed = joined.count("\0", 0, match.end()) if match is not None else 0
        if passed:
            self._writer.pass_on("".join(texts[:passed]))
        return passed

    def end(self) -> str:
        """What completes the object, when no more comes; nothing where it was cut off inside a member."""
        if self._state in ("value", "item") and _WORD.fullmatch(self._carry):
            self._read_word(self._carry, 0, len(self._carry))
        elif self._state == "key" and self._carry:  # a bare word or half a comment: no beginning of any JSON
            self._break(self._carry, 0)
        if self._state == "done":
            self._writer.send("")
        elif self._state == "broken" and self.sent:
            self._writer.close_down_to(1)
            self._writer.send(f',"{INVALID}":' + encode("".join(self._rest)).decode())
            self._writer.close_down_to(0)
        elif self._state == "next":
            self._writer.close_down_to(0)
            self._state = "done"
        return self._writer.taken()

    def _wait(self, token: str) -> None:
        if len(token) > _LONGEST_TOKEN:
            self._break(token, 0)
        else:
            self._carry = token

    def _step(self, text: str, at: int) -> int:
        """Read one token at `at`; returns where the next begins, or `at` where this one is not over."""
        match self._state:
            case "string":
                return self._read_string(text, at)
            case "broken":
                self._rest.append(text[at:])
                return len(text)
            case "done":
                return self._read_past_end(text, at)
        if space := _SPACE.match(text, at):
            self._writer.hold(space[0])
            return space.end()
        if text[at] == "/":
            return self._read_comment(text, at)
        match self._state:
            case "open":
                return self._open(text, at)
            case "key":
                return self._read_key(text, at)
            case "colon":
                return self._read_colon(text, at)
            case "next":
                return self._read_next(text, at)
            case _:
                return self._read_value(text, at)

    # between the tokens

    def _read_comment(self, text: str, at: int) -> int:
        if comment := _COMMENT.match(text, at):
            return self._skip(comment.end())
        return at if text[at : at + 2] in ("/", "//", "/*") else self._break(text, at)

    def _read_past_end(self, text: str, at: int) -> int:
        """A second object replaces an empty one, which was only a prelude; anything else is ignored."""
        if space := _SPACE.match(text, at):
            return space.end()
        self._writer.altered = True
        if not self.sent:
            if text[at] == "{":
                return self._open(text, at)
            self._writer.send("")  # the empty object, which was held
        return len(text)

    def _skip(self, following: int) -> int:
        self._writer.altered = True
        return following

    def _break(self, text: str, at: int) -> int:
        """Stop reading: the rest is text. What was read so far is brought to where a member may follow."""
        self._writer.altered = True
        if self._state == "colon":
            self._writer.send(":null")
        elif self._state == "value":
            self._writer.send("null")
        self._state = "broken"
        self._rest.append(text[at:])
        return len(text)

    # containers and their members

    def _open(self, text: str, at: int) -> int:
        if self._writer.depth == _DEEPEST or (text[at] != "{" and not self._writer.depth):
            return self._break(text, at)
        self._writer.open(text[at])
        self._state = "key" if text[at] == "{" else "item"
        return at + 1

    def _close(self, text: str, at: int) -> int:
        if not self._writer.closes(text[at]):
            return self._break(text, at)
        self._writer.close()
        self._end_value()
        return at + 1

    def _end_value(self) -> None:
        self._state = "next" if self._writer.depth else "done"
        self._writer.member_ends()

    def _read_key(self, text: str, at: int) -> int:
        match text[at]:
            case '"' | "'":
                return self._open_string(text, at, is_key=True)
            case "}":
                return self._close(text, at)
            case ",":
                return self._skip(at + 1)
        name = _NAME.match(text, at)
        if name is None:
            return self._break(text, at)
        if name.end() == len(text):
            return at
        self._writer.substitute(f'"{name[0]}"', name[0])
        self._state = "colon"
        return name.end()

    def _read_colon(self, text: str, at: int) -> int:
        if text[at] != ":":
            return self._break(text, at)
        self._writer.send(":")
        self._state = "value"
        return at + 1

    def _read_next(self, text: str, at: int) -> int:
        if text[at] == ",":
            self._writer.hold(",")
            self._state = "item" if self._writer.in_array else "key"
            return at + 1
        return self._close(text, at)

    # values

    def _read_value(self, text: str, at: int) -> int:
        in_array = self._state == "item"
        match text[at]:
            case '"' | "'":
                return self._open_string(text, at, is_key=False)
            case "{" | "[":
                return self._open(text, at)
            case "]" if in_array:
                return self._close(text, at)
            case "," if in_array:
                return self._skip(at + 1)
        word = _WORD.match(text, at)
        if word is None:
            return self._break(text, at)
        return at if word.end() == len(text) else self._read_word(text, at, word.end())

    def _read_word(self, text: str, at: int, end: int) -> int:
        word = text[at:end]
        meant = literal(word)
        if meant is None:
            return self._break(text, at)
        self._writer.substitute(meant, word)
        self._end_value()
        return end

    def _open_string(self, text: str, at: int, *, is_key: bool) -> int:
        self._is_key = is_key
        if whole := _STRING.match(text, at):
            self._writer.send(whole[0])
            self._end_string()
            return whole.end()
        self._writer.substitute('"', text[at])
        self._quote, self._state = text[at], "string"
        return at + 1

    def _end_string(self) -> None:
        if self._is_key:
            self._state = "colon"
        else:
            self._end_value()

    def _read_string(self, text: str, at: int) -> int:
        if plain := _PLAIN[self._quote].match(text, at):
            self._writer.send(plain[0])
            return plain.end()
        character = text[at]
        if character == "\\":
            escape, following = read_escape(text, at)
            self._writer.substitute(escape, text[at:following])
            return following
        if character != self._quote:  # a raw control character, or " between single quotes
            self._writer.substitute(encode(character).decode()[1:-1], character)
            return at + 1
        self._writer.send('"')
        self._end_string()
        return at + 1


def complete_members(prefix: str) -> str:
    """The object made of the members that are complete in this beginning of an object."""
    repair = ObjectRepair()
    sent = repair.feed(prefix)
    return sent[: repair.members_end] + "}" if repair.members_end else "{}"
