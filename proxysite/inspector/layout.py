"""Bodies and times as a page shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from proxysite.inspector.recording import Body, Call, Piece, Recording

WIDTH = 1000
"""Of the chart of times, in its own units."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A body with a title above it."""

    title: str
    text: str
    size: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Times:
    """When the pieces of a body came: where on the chart, and in figures. None where nothing came."""

    title: str
    marks: Sequence[int]
    count: int
    first: int | None
    last: int | None
    longest_pause: int


def pretty(text: str) -> str:
    """JSON with its lines; everything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def shown(title: str, body: Body) -> Shown:
    return Shown(title, pretty(body.text), body.size, body.cut)


def bodies(recording: Recording) -> list[Shown]:
    """The two requests, then the two replies."""
    call = recording.calls[-1] if recording.calls else None
    asked = call.request if call is not None else Body()
    answered = call.reply if call is not None else Body()
    return [
        shown("What the client asked", recording.request),
        shown("What the backend was asked", asked),
        shown("What the backend answered", answered),
        shown("What the client was answered", recording.reply),
    ]


def earlier(recording: Recording) -> list[tuple[Call, list[Shown]]]:
    """Calls before the last one: refused ones, those to other targets, and rounds of searches."""
    return [
        (call, [shown("It was asked", call.request), shown("It answered", call.reply)]) for call in recording.calls[:-1]
    ]


def times(recording: Recording) -> list[Times]:
    """Of each reply of a backend, and of the client's."""
    whole = max(recording.milliseconds, 1)
    backends = [times_of(f"From {call.backend}", call.pieces, whole) for call in recording.calls]
    return [*backends, times_of("To the client", recording.pieces, whole)]


def times_of(title: str, pieces: Sequence[Piece], whole: int) -> Times:
    moments = [piece.milliseconds for piece in pieces]
    return Times(
        title,
        marks=sorted({min(WIDTH, round(moment * WIDTH / whole)) for moment in moments}),
        count=len(moments),
        first=moments[0] if moments else None,
        last=moments[-1] if moments else None,
        longest_pause=max((later - sooner for sooner, later in pairwise(moments)), default=0),
    )
