"""The side of a repaired object that goes out: only what can still be continued validly, and never taken back."""

from __future__ import annotations

_CLOSERS = {"{": "}", "[": "]"}


class ObjectWriter:
    """Where in the object the output is. A comma, white space and the first brace go out with what follows them."""

    def __init__(self) -> None:
        self._stack: list[str] = []
        self._held = ""
        self._out: list[str] = []
        self._length = 0
        self.members_end = 0  # up to here the output is whole members of the object
        self.altered = False  # it differs from what was read

    @property
    def depth(self) -> int:
        """How many containers are open."""
        return len(self._stack)

    @property
    def in_array(self) -> bool:
        """The innermost container is an array."""
        return self._stack[-1] == "["

    @property
    def sent(self) -> bool:
        """Something has gone out."""
        return self._length > 0

    def hold(self, separator: str) -> None:
        """Send this together with what follows."""
        self._held += separator

    def send(self, token: str) -> None:
        """Send a token, after what was held for it."""
        self._out.append(self._held + token if self._held else token)
        self._length += len(self._held) + len(token)
        self._held = ""

    def substitute(self, token: str, original: str) -> None:
        """Send what a token of the model stands for; an empty one stands for nothing."""
        self.altered = self.altered or token != original
        if token:
            self.send(token)

    def open(self, opener: str) -> None:
        """Open a container; the outermost brace is held: "{}" may be followed by the real arguments."""
        if not self._stack:
            self._held = opener
        else:
            self.send(opener)
        self._stack.append(opener)

    def closes(self, closer: str) -> bool:
        """Whether this closes the innermost container."""
        return _CLOSERS[self._stack[-1]] == closer

    def close(self) -> None:
        """Close the innermost container; a comma before it is dropped."""
        if "," in self._held:
            self._held = self._held.replace(",", "")
            self.altered = True
        closer = _CLOSERS[self._stack.pop()]
        if not self._stack and not self.sent:
            self._held = "{}"
        else:
            self.send(closer)

    def close_down_to(self, depth: int) -> None:
        """Close what the model left open; what was held belonged to something that did not come."""
        self.altered = True
        self._held = ""
        while len(self._stack) > depth:
            self.send(_CLOSERS[self._stack.pop()])

    def member_ends(self) -> None:
        """A value is complete; of the outermost object it is a member."""
        if len(self._stack) == 1:
            self.members_end = self._length

    def pass_on(self, text: str) -> str:
        """Count text that goes out as it is."""
        self._length += len(text)
        return text

    def taken(self) -> str:
        """What has not been taken yet."""
        out = "".join(self._out)
        self._out.clear()
        return out
