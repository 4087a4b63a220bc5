"""The figures of a run, as lines to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.accounting.kill_protocol.protocol import Outcome
from tests.accounting.kill_protocol.reconciliation import Call, Evidence, interrupted, lost_tokens
from tests.accounting.kill_protocol.steps import STEPS

MOST_SHOWN = 5


def lines(outcome: Outcome, found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield from (f"{what:<40} {number:>9,}" for what, number in counted(outcome))
    lost, sent = lost_tokens(outcome.evidence), sum(answer.sent for answer in outcome.evidence.answers)
    yield f"{'tokens lost':<40} {lost / max(1, sent):>9.2%}"
    yield f"{'tokens lost per interrupted row':<40} {lost / max(1, interrupted(outcome.evidence)):>9.1f}"
    yield f"{'steps at which one ended':<40} {len(outcome.steps):>9,} of {len(STEPS)}"
    yield ""
    for name, violations in found.items():
        yield f"{name:<40} {len(violations):>9,}"
        yield from (f"    {violation}" for violation in violations[:MOST_SHOWN])


def counted(outcome: Outcome) -> Iterator[tuple[str, int]]:
    evidence = outcome.evidence
    yield from sorted(outcome.done.items())
    yield "workers that ended at a step", outcome.steps.total()
    yield "calls", len(evidence.calls)
    yield from groups("  calls", map(fate, evidence.calls))
    yield "asked of the backend", len(evidence.answers)
    yield "rows", len(evidence.books.rows)
    yield from groups("  rows", (row.state for row in evidence.books.rows))
    yield "  rows never sent, perhaps", never_sent(evidence)
    yield "sums not made in the end", (evidence.books, *evidence.replayed)[-1].due


def groups(of: str, names: Iterator[str]) -> Iterator[tuple[str, int]]:
    return ((f"{of} {name}", number) for name, number in sorted(Counter(names).items()))


def fate(call: Call) -> str:
    """The outcome, and the kind of problem."""
    return f"{call.outcome} {call.problem.partition(':')[0]}".strip()


def never_sent(evidence: Evidence) -> int:
    """Interrupted ones that the backend did not see."""
    seen = {answer.request_id for answer in evidence.answers}
    return sum(row.state == "interrupted" and row.request_id not in seen for row in evidence.books.rows)
