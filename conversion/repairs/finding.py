"""Which repair a refusal calls for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from conversion.destination import Destination
from conversion.errors import BackendFailure, ErrorReport
from conversion.repairs.conversation import CONVERSATION_RULES
from conversion.repairs.effort import EFFORT_RULES
from conversion.repairs.fields import FIELD_RULES
from conversion.repairs.formats import FORMAT_RULES
from conversion.repairs.generation import FAILED_CALL, calmer
from conversion.repairs.lengths import LENGTH_RULES, room_in_the_window, what_is_affordable
from conversion.repairs.phrases import any_of
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair, repaired
from conversion.repairs.schemas import SCHEMA_RULES
from conversion.repairs.tools import TOOL_RULES
from conversion.reply.overflow import read_overflow
from conversion.reply.redaction import presentable
from conversion.request.convert import Conversion

MOST_REPAIRS = 2
"""How often one request is repaired."""

_STATUSES = frozenset((400, 413, 422, 500))
_NOT_AS_ASKED = any_of(r"no endpoints found that support", r"only supported in v1/responses")
"""A model that was not found, but would be if it were asked in another way."""
_LONGEST = 300

Rule = Callable[[Refusal], Repair | None]
_RULES: Sequence[Rule] = (
    *LENGTH_RULES,
    *EFFORT_RULES,
    *CONVERSATION_RULES,
    *FORMAT_RULES,
    *SCHEMA_RULES,
    *TOOL_RULES,
    *FIELD_RULES,
)
"""The first one that has a repair wins, so that those which know more of the text go before those which know less."""


def find_repair(
    failure: BackendFailure, destination: Destination, conversion: Conversion, earlier: Sequence[Repair] = ()
) -> Repair | None:
    """What might make the backend take this request; None where its words tell nothing, or nothing that would help.

    A repair that would change nothing is none, so that no repair is found again after it was made.
    """
    report = failure.report
    if report is None or failure.explanation is not None:
        return None
    refusal = Refusal(report, destination, conversion, earlier)
    for rule in _rules(failure, report):
        repair = rule(refusal)
        if repair is not None and repaired(destination, [repair]) != repaired(destination, ()):
            return replace(repair, said=presentable(report.message)[:_LONGEST])
    return None


def _rules(failure: BackendFailure, report: ErrorReport) -> Iterable[Rule]:
    """The rules that may have a say for this status."""
    if FAILED_CALL in report.words:
        return (calmer,)
    status = failure.upstream_status or report.status or failure.status
    if status == 402:
        return (what_is_affordable,)
    if status not in _STATUSES and not (status == 404 and _NOT_AS_ASKED.search(report.text)):
        return ()
    return (room_in_the_window,) if read_overflow(report) else _RULES
