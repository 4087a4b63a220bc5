"""Whether clients, backend and books agree: each check is a function of the evidence that tells what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

MOST_LOST = 0.01
"""The share of all tokens that may be lost: what was on its way to processes when they were killed (reliability §3.6)."""


class Tokens(NamedTuple):
    read: int
    written: int


@dataclass(frozen=True)
class Call:
    """One request as its client saw it; without an id where the connection ended before the head of an answer.

    `read` is how many tokens of text arrived, be it the whole answer or not.
    """

    request_id: str
    outcome: Literal["finished", "error", "cut"]
    tokens: Tokens | None
    began: float
    opened: float | None
    ended: float
    problem: str = ""
    read: int = 0


@dataclass
class Answer:
    """One request as the backend saw it; `sent` is how many tokens of it went out."""

    request_id: str
    tokens: Tokens
    sent: int = 0


@dataclass(frozen=True)
class Row:
    """One row of usage; `cost` is in billionths of a dollar, `budgets` are those that it counts for."""

    request_id: str
    state: str
    tokens: Tokens
    cost: int
    budgets: tuple[int, ...]


@dataclass(frozen=True)
class Budget:
    """What a budget says is spent, and what of it processes still hold."""

    counts: Literal["usd", "tokens"]
    spent: int
    held: int


@dataclass(frozen=True)
class Books:
    """What the service booked. `reported` is what its report adds up to, `wrong_sums` what its own check found, `due`
    how many hours and days have no sums that it could check.
    """

    rows: Sequence[Row]
    budgets: Mapping[int, Budget]
    reported: Tokens
    wrong_sums: Sequence[str] = ()
    due: int = 0

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        return {row.request_id: row for row in self.rows}


@dataclass(frozen=True)
class Span:
    """A time in which something was done to the service."""

    what: str
    began: float
    ended: float


@dataclass(frozen=True)
class Evidence:
    """`replayed` are the books after each time that old journals were adopted once more."""

    calls: Sequence[Call]
    answers: Sequence[Answer]
    books: Books
    replayed: Sequence[Books] = ()
    spans: Sequence[Span] = field(default_factory=tuple)

    def finished(self) -> Iterator[tuple[Call, Row | None]]:
        for call in self.calls:
            if call.outcome == "finished":
                yield call, self.books.by_id.get(call.request_id)

    def during(self, what: str) -> Iterator[Span]:
        return (span for span in self.spans if span.what == what)


def lost_finished(evidence: Evidence) -> Iterator[str]:
    """A client saw the whole answer, and no closed row says so."""
    for call, row in evidence.finished():
        if row is None or row.state != "closed":
            yield f"{call.request_id} is {row.state if row else 'missing'}"


def wrong_count(evidence: Evidence) -> Iterator[str]:
    """A client read one number of tokens, the backend said another, or the row has a third."""
    said = {answer.request_id: answer.tokens for answer in evidence.answers}
    for call, row in evidence.finished():
        if row is not None and not call.tokens == row.tokens == said.get(call.request_id):
            yield f"{call.request_id}: {call.tokens}, {row.tokens}, {said.get(call.request_id)}"


def unseen(evidence: Evidence) -> Iterator[str]:
    """The backend was asked, and there is no row."""
    yield from sorted({answer.request_id for answer in evidence.answers} - set(evidence.books.by_id))


def double(evidence: Evidence) -> Iterator[str]:
    """A request has two rows, or journals that are adopted again change something."""
    counted = Counter(row.request_id for row in evidence.books.rows)
    yield from (request_id for request_id, count in counted.items() if count > 1)
    for books in evidence.replayed:
        yield from (f"{row.request_id} was changed" for row in set(evidence.books.rows) ^ set(books.rows))
        if books.budgets != evidence.books.budgets:
            yield f"{evidence.books.budgets} became {books.budgets}"


def ghost(evidence: Evidence) -> Iterator[str]:
    """A request costs something that the backend never saw.

    Of one that was interrupted nobody can know: it may have been killed in the moment before it was sent.
    """
    seen = {answer.request_id for answer in evidence.answers}
    for row in evidence.books.rows:
        if row.cost and row.request_id not in seen and row.state not in {"interrupted", "open"}:
            yield f"{row.request_id} ({row.state}) costs {row.cost}"


def still_open(evidence: Evidence) -> Iterator[str]:
    """The service has ended, and a row says that its request runs."""
    return (row.request_id for row in evidence.books.rows if row.state == "open")


def budget(evidence: Evidence) -> Iterator[str]:
    """What is spent is not the sum of the rows, or somebody who is gone still holds something."""
    for number, kept in evidence.books.budgets.items():
        rows = [row for row in evidence.books.rows if number in row.budgets]
        right = sum(row.cost if kept.counts == "usd" else sum(row.tokens) for row in rows)
        if kept.spent != right:
            yield f"budget {number} says {kept.spent}, its rows {right}"
        if kept.held:
            yield f"of budget {number} {kept.held} is held"


def rollups(evidence: Evidence) -> Iterator[str]:
    """What reports read is not the sum of the rows."""
    for books in (evidence.books, *evidence.replayed):
        yield from books.wrong_sums
        right = Tokens(sum(row.tokens.read for row in books.rows), sum(row.tokens.written for row in books.rows))
        if books.reported != right:
            yield f"the report says {books.reported}, the rows {right}"


def unbooked(evidence: Evidence) -> Iterator[str]:
    """A client has read more of an answer than its row says was written."""
    for call in evidence.calls:
        row = evidence.books.by_id.get(call.request_id)
        if call.read > (booked := row.tokens.written if row is not None else 0):
            yield f"{call.request_id}: {call.read} tokens were read, {booked} are booked"


def tokens(evidence: Evidence) -> Iterator[str]:
    """More of what the backend sent is lost than was on its way."""
    lost, sent = lost_tokens(evidence), sum(answer.sent for answer in evidence.answers)
    if lost > MOST_LOST * sent:
        yield f"{lost} of {sent} tokens are lost"


def lost_tokens(evidence: Evidence) -> int:
    """What the backend sent and no row has; what a row has too much makes up for nothing."""
    booked = {request_id: row.tokens.written for request_id, row in evidence.books.by_id.items()}
    return sum(max(0, answer.sent - booked.get(answer.request_id, 0)) for answer in evidence.answers)


def interrupted(evidence: Evidence) -> int:
    return sum(row.state == "interrupted" for row in evidence.books.rows)


def refused(evidence: Evidence) -> Iterator[str]:
    """A request failed because the database was away."""
    for span in evidence.during("database"):
        for call in evidence.calls:
            if call.outcome == "error" and span.began < call.began and call.ended < span.ended:
                yield f"{call.request_id}: {call.problem}"


def broken(evidence: Evidence) -> Iterator[str]:
    """An answer was cut off by a service that was told to finish what it began."""
    for span in evidence.during("drain"):
        for call in evidence.calls:
            begun = call.opened is not None and call.opened < span.began < call.ended
            if begun and call.outcome != "finished":
                yield f"{call.request_id}: {call.outcome}, {call.problem}"


CHECKS: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "LOST_FINISHED": lost_finished,
    "WRONG_COUNT": wrong_count,
    "UNSEEN": unseen,
    "DOUBLE": double,
    "GHOST": ghost,
    "OPEN": still_open,
    "BUDGET": budget,
    "ROLLUPS": rollups,
    "UNBOOKED": unbooked,
    "TOKENS": tokens,
    "REFUSED": refused,
    "BROKEN": broken,
}


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """For each check what it found."""
    return {name: list(check(evidence)) for name, check in CHECKS.items()}
