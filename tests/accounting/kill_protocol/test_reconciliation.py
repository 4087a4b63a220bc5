"""Each kind of wrong books is found, and only that; right ones pass."""

from dataclasses import replace

import pytest

from tests.accounting.kill_protocol.reconciliation import (
    Answer,
    Books,
    Budget,
    Call,
    Evidence,
    Row,
    Span,
    Tokens,
    violations,
)

USED = Tokens(10, 20)
CALL = Call("a", "finished", USED, began=1.0, opened=2.0, ended=3.0, read=20)
CUT = Call("b", "cut", None, began=1.0, opened=2.0, ended=2.5, read=30)
ERROR = Call("", "error", None, began=1.0, opened=2.0, ended=2.5, problem="status 500")
ANSWERS = (Answer("a", USED, sent=20), Answer("b", Tokens(5, 50), sent=30))
ROW = Row("a", "closed", USED, cost=700, budgets=(1, 2))
PART = Row("b", "interrupted", Tokens(7, 30), cost=300, budgets=(1, 2))
BUDGETS = {1: Budget("usd", 1000, 0), 2: Budget("tokens", 67, 0)}
BOOKS = Books((ROW, PART), BUDGETS, Tokens(17, 50))
RIGHT = Evidence((CALL, CUT), ANSWERS, BOOKS, (BOOKS, BOOKS))
FREE = {"cost": 0, "budgets": (), "tokens": Tokens(0, 0)}


def books(*rows, **changes):
    """Other rows, and all sums as they follow from them."""
    read, written = (sum(column) for column in zip(*(row.tokens for row in rows), strict=True))
    budgets = {1: Budget("usd", sum(row.cost for row in rows), 0), 2: Budget("tokens", read + written, 0)}
    return replace(BOOKS, **{"rows": rows, "budgets": budgets, "reported": Tokens(read, written), **changes})


def evidence(*rows, **changes):
    kept = books(*rows)
    return replace(RIGHT, **{"books": kept, "replayed": (kept, kept), **changes})


def found(evidence):
    return {name for name, violations in violations(evidence).items() if violations}


def test_right_books_pass():
    assert found(RIGHT) == set()


UNSENT = replace(ERROR, request_id="c")
CASES = {
    "a finished call has no row": (evidence(PART, answers=ANSWERS[1:]), {"LOST_FINISHED", "UNBOOKED"}),
    "a finished call was interrupted": (evidence(replace(ROW, state="interrupted"), PART), {"LOST_FINISHED"}),
    "a row has other tokens": (evidence(replace(ROW, tokens=Tokens(11, 20)), PART), {"WRONG_COUNT"}),
    "the client read other tokens": (
        replace(RIGHT, calls=(replace(CALL, tokens=Tokens(10, 21)), CUT)),
        {"WRONG_COUNT"},
    ),
    "the backend said other tokens": (
        replace(RIGHT, answers=(Answer("a", Tokens(9, 20), sent=20), ANSWERS[1])),
        {"WRONG_COUNT"},
    ),
    "the backend was asked, and nobody knows": (
        replace(RIGHT, answers=(*ANSWERS, Answer("c", USED, sent=0))),
        {"UNSEEN"},
    ),
    "a request has two rows": (evidence(ROW, PART, PART), {"DOUBLE"}),
    "a row changes when journals turn up again": (replace(RIGHT, replayed=(BOOKS, books(ROW))), {"DOUBLE"}),
    "a budget changes when journals turn up again": (
        replace(RIGHT, replayed=(replace(BOOKS, budgets={}),)),
        {"DOUBLE"},
    ),
    "a row costs that was never sent": (
        evidence(ROW, PART, replace(ROW, request_id="c", state="failed")),
        {"GHOST"},
    ),
    "a row is open": (evidence(ROW, replace(PART, state="open")), {"OPEN"}),
    "a budget in dollars has spent too little": (
        evidence(ROW, PART, books=replace(BOOKS, budgets={1: Budget("usd", 999, 0)}), replayed=()),
        {"BUDGET"},
    ),
    "a budget in tokens has spent too much": (
        evidence(ROW, PART, books=replace(BOOKS, budgets={2: Budget("tokens", 68, 0)}), replayed=()),
        {"BUDGET"},
    ),
    "a process that is gone holds money": (
        evidence(ROW, PART, books=replace(BOOKS, budgets={1: Budget("usd", 1000, 5)}), replayed=()),
        {"BUDGET"},
    ),
    "a report adds up to something else": (
        evidence(ROW, PART, books=replace(BOOKS, reported=Tokens(17, 49)), replayed=()),
        {"ROLLUPS"},
    ),
    "sums differ from their rows": (
        evidence(ROW, PART, books=replace(BOOKS, wrong_sums=("an hour",)), replayed=()),
        {"ROLLUPS"},
    ),
    "sums that are made later differ": (
        replace(RIGHT, replayed=(replace(BOOKS, wrong_sums=("an hour",)),)),
        {"ROLLUPS"},
    ),
    "what a client read is not booked": (replace(RIGHT, calls=(CALL, replace(CUT, read=31))), {"UNBOOKED"}),
    "what was sent is not booked": (
        replace(RIGHT, answers=(ANSWERS[0], Answer("b", Tokens(5, 200), sent=31))),
        {"TOKENS"},
    ),
    "a request fails while the database is away": (
        replace(RIGHT, calls=(CALL, CUT, ERROR), spans=(Span("database", 0.5, 4.0),)),
        {"REFUSED"},
    ),
    "a restart cuts a stream": (replace(RIGHT, spans=(Span("drain", 2.2, 4.0),)), {"BROKEN"}),
}


@pytest.mark.parametrize(("evidence", "expected"), CASES.values(), ids=CASES)
def test_wrong_books_are_found(evidence, expected):
    assert found(evidence) == expected


NOT_WRONG = {
    "a request that was refused costs nothing": evidence(
        ROW, PART, replace(ROW, request_id="c", state="failed", **FREE)
    ),
    "nobody knows whether it was sent": evidence(ROW, PART, replace(PART, request_id="c")),
    "a request fails while the disk is full": replace(RIGHT, calls=(CALL, UNSENT), spans=(Span("disk", 0.5, 4.0),)),
    "a stream is cut before the restart": replace(RIGHT, spans=(Span("drain", 2.6, 4.0),)),
}


@pytest.mark.parametrize("evidence", NOT_WRONG.values(), ids=NOT_WRONG)
def test_what_may_be_is_not_wrong(evidence):
    assert found(evidence) == set()
