"""A call that the backend's own parser could not read (protocol §6.2, E28): what Groq answers instead of the reply."""

from __future__ import annotations

from conversion.errors import ErrorReport
from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair

FAILED_CALL = "tool_use_failed"
CALMER = "temperature"

_LOWERED = 0.2


def failed_generation(report: ErrorReport | None) -> str | None:
    """What the model wrote; None where the failure is another one, or does not quote it."""
    if report is None or FAILED_CALL not in report.words:
        return None
    text = report.fields.get("failed_generation")
    return text if isinstance(text, str) and text.strip() else None


def calmer(refusal: Refusal) -> Repair | None:
    """Once more, with a lower temperature; no request to come learns from that."""
    if refusal.repaired(CALMER):
        return None
    asked = refusal.sent_value("temperature")
    lowered = asked / 2 if isinstance(asked, int | float) and 0 < asked < 2 * _LOWERED else _LOWERED
    fields = {**refusal.profile.extra_fields, "temperature": lowered}
    return Repair(CALMER, overrides={"extra_fields": fields}, lasting=False)
