"""Server-sent events out of bytes, tolerantly (protocol §5.4): any line ends, cut anywhere, blank lines forgotten.

Nearly every backend writes `data: {…}` and a blank line: that shape is taken in one step. All others go line by line.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from conversion.errors import BackendFailure

LONGEST_LINE = 16 << 20

_LINE_FEED, _RETURN = b"\n\r"  # as numbers: looking for a number in bytes is many times faster

_decode = msgspec.json.Decoder(Raw).decode


class ErrorFrame(bytes):
    """The data of an event that is named `error`. Other names say nothing that the data does not say as well."""


class FrameReader:
    """Splits a stream of bytes into the data of its events; what is incomplete is kept for the next call."""

    __slots__ = ("_after_return", "_data", "_event", "_held", "_held_length")

    def __init__(self) -> None:
        self._held: list[bytes] = []  # an unfinished line, in the pieces it came in
        self._held_length = 0
        self._data: list[bytes] = []
        self._event = b""
        self._after_return = False

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that these bytes complete."""
        if data.startswith(b"data: ") and data.endswith(b"\n\n") and self.at_rest and _RETURN not in data:
            usual = data[6:-2].split(b"\n\ndata: ")
            if not [frame for frame in usual if _LINE_FEED in frame]:
                return usual
        return self._feed_lines(data)

    @property
    def at_rest(self) -> bool:
        """The next bytes begin a frame."""
        return not (self._held or self._data or self._event or self._after_return)

    def _feed_lines(self, data: bytes) -> list[bytes]:
        if self._after_return or _RETURN in data:
            data = self._with_plain_line_ends(data)
        if _LINE_FEED not in data:
            self._hold(data)
            return []
        *pieces, tail = self._unheld(data).split(b"\n\n")
        frames: list[bytes] = []
        for piece in pieces:
            self._read_lines(piece.split(b"\n"), frames)
            self._dispatch(frames)
        *lines, tail = tail.split(b"\n")
        self._read_lines(lines, frames)
        self._hold(tail)
        return frames

    def end(self) -> list[bytes]:
        """The last frames, which no blank line ended."""
        frames: list[bytes] = []
        self._read_lines([self._unheld(b"")], frames)
        self._dispatch(frames)
        return frames

    def _with_plain_line_ends(self, data: bytes) -> bytes:
        if self._after_return and data[:1] == b"\n":
            data = data[1:]
            self._after_return = False
        if data:
            self._after_return = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _hold(self, data: bytes) -> None:
        if data:
            self._held.append(data)
            self._held_length += len(data)
            if self._held_length > LONGEST_LINE:
                raise BackendFailure("The backend sent a line longer than 16 MiB")

    def _unheld(self, data: bytes) -> bytes:
        if not self._held:
            return data
        whole = b"".join([*self._held, data])
        self._held.clear()
        self._held_length = 0
        return whole

    def _read_lines(self, lines: list[bytes], frames: list[bytes]) -> None:
        for line in lines:
            match line.partition(b":"):
                case (b"", b"", b""):
                    self._dispatch(frames)
                case (b"data", _, value):
                    self._dispatch_if_whole(frames)
                    self._data.append(value.removeprefix(b" "))
                case (b"event", _, value):
                    self._dispatch_if_whole(frames)
                    self._event = value.strip()

    def _dispatch_if_whole(self, frames: list[bytes]) -> None:
        """Some backends forget the blank line: data that is a whole document ends its event."""
        if len(self._data) == 1 and _is_whole(self._data[0]):
            self._dispatch(frames)

    def _dispatch(self, frames: list[bytes]) -> None:
        if self._data:
            data = b"\n".join(self._data)
            frames.append(ErrorFrame(data) if self._event == b"error" else data)
            self._data = []
        self._event = b""


def _is_whole(data: bytes) -> bool:
    if data.strip() == b"[DONE]":
        return True
    try:
        _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
