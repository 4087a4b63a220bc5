"""What a backend's reply says, piece by piece, free of its dialect: the reader yields it, `MessageStream` takes it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Reasoning(Struct, frozen=True, gc=False):
    text: str


class ReasoningDetails(Struct, frozen=True):
    """Entries of `reasoning_details` as they came: the backend wants them back unchanged."""

    entries: list[object]


class ExtraContent(Struct, frozen=True):
    """State that hangs on the message itself (`extra_content`)."""

    value: object


class ThoughtSignature(Struct, frozen=True):
    """What a backend signs its reasoning text with, where that stands in the content."""

    text: str


class ReasoningItem(Struct, frozen=True):
    """A reasoning item of the Responses API, as it goes back."""

    item: dict[str, object]


class Phase(Struct, frozen=True, gc=False):
    """What the text that follows is to its turn: a word of the Responses API's."""

    word: str


class Text(Struct, frozen=True, gc=False):
    text: str


class Texts(Struct, frozen=True, gc=False):
    """Texts that came one after the other."""

    parts: list[str]


class Thought(Struct, frozen=True, gc=False):
    """Text that the backend itself marks as reasoning; tags may stand around it."""

    text: str


class Refusal(Struct, frozen=True, gc=False):
    text: str


class Source(Struct, frozen=True, gc=False):
    """A page that the answer rests on; `start` and `end` are the characters of the answer that cite it, where known."""

    url: str
    title: str = ""
    content: str = ""
    start: int | None = None
    end: int | None = None
    cited: bool = False


class Sources(Struct, frozen=True):
    items: tuple[Source, ...]


class CallFragment(Struct, frozen=True, gc=False):
    """A piece of a tool call. `position` is its place among the calls of one chunk."""

    index: int | None = None
    id: str | None = None
    name: str = ""
    arguments: str = ""
    kind: Literal["function", "custom"] = "function"
    extra_content: object = None
    position: int = 0


class CallFragments(Struct, frozen=True, gc=False):
    """Pieces of the arguments of one call, one after the other."""

    index: int | None
    parts: list[str]


class Reported(Struct, frozen=True, gc=False):
    """What a backend says of usage, each figure None where it does not say."""

    prompt: int | None = None
    completion: int | None = None
    total: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None
    searches: int | None = None
    service_tier: str | None = None
    cost: str | None = None


class Finish(Struct, frozen=True, gc=False):
    """Why the answer ended, in the backend's word, lower-cased.

    `matched` is the stop sequence that it says it met, `categories` are those that a content filter objects to.
    """

    reason: str
    matched: str | None = None
    categories: tuple[str, ...] = ()


class End(Struct, frozen=True, gc=False):
    """Nothing follows: `[DONE]`, or the end of a whole completion."""


Delta = (
    Reasoning
    | ReasoningDetails
    | ExtraContent
    | ThoughtSignature
    | ReasoningItem
    | Phase
    | Text
    | Texts
    | Thought
    | Refusal
    | Sources
    | CallFragment
    | CallFragments
    | Reported
    | Finish
    | End
)
