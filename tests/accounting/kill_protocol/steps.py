"""The steps at which a worker of the service may end: those of the journal, and those between it and the client."""

from proxysite.usage_row import UsageRow
from tests.accounting import crash_steps

STEPS = crash_steps.STEPS | {
    "a chunk arrived": (UsageRow, "progress", "before"),
    "an end is not queued": (UsageRow, "_close", "before"),
    "an end is queued": (UsageRow, "_close", "after"),
}
ONCE = {step for step in STEPS if "adopted" in step or step.startswith(("lock", "journal"))}
"""Those that a process comes to once, or a few times."""
