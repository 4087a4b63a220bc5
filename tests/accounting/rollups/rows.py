"""Rows of any kind, as hypothesis makes them, and what they add up to without any SQL."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from accounting.models import UsageRecord
from accounting.reports.figures import Figures

BEGINNING = datetime(2026, 10, 23, tzinfo=UTC)  # two days before the clocks of Europe change
few = st.sampled_from(["", "a", "b"])
tokens = st.integers(0, 10**12)
costs = st.none() | st.decimals(0, 999, places=12, allow_nan=False, allow_infinity=False)
milliseconds = st.none() | st.integers(0, 700_000)
moments = st.integers(0, 100 * 60).map(lambda minutes: BEGINNING + timedelta(minutes=minutes))
rows = st.builds(
    UsageRecord,
    id=st.uuids(),
    kind=st.sampled_from(UsageRecord.Kind.values),
    state=st.sampled_from(UsageRecord.State.values),
    started_at=moments,
    estimated=st.booleans(),
    cost=costs,
    team_id=st.none() | st.integers(1, 2),
    key_id=st.none() | st.integers(1, 2),
    error_type=st.sampled_from(["", "api_error"]),
    time_to_first_token_ms=milliseconds,
    duration_ms=milliseconds,
    **dict.fromkeys(
        ("client_name", "team_name", "routed_model", "backend_name", "session_id", "agent_id", "parent_agent_id"), few
    ),
    **dict.fromkeys(
        (
            "input_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "output_tokens",
            "thinking_tokens",
            "saved_input_tokens",
        ),
        tokens,
    ),
)
COUNTED = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
COUNTED += ("thinking_tokens", "saved_input_tokens", "web_search_requests")


def figures_of(row):
    """What one row adds, but for its times."""
    message = row.kind == "message"
    used = any(getattr(row, name) for name in ("input_tokens", "output_tokens", "cache_read_input_tokens"))
    return Figures(
        rows=1,
        requests=message,
        running=message and row.state == "open",
        failed=message and row.state in ("failed", "interrupted"),
        cancelled=message and row.state == "cancelled",
        estimated=message and row.estimated,
        picodollars=int((row.cost or Decimal()) * 10**12),
        unpriced=row.cost is None and row.state != "open" and used,
        **{name: getattr(row, name) for name in COUNTED},
    )


def by_hand(of, by, zone="UTC"):
    """The figures of the rows by the value that `by` is called for."""
    found = defaultdict(Figures)
    for row in of:
        found[value(row, by, ZoneInfo(zone))] += figures_of(row)
    return dict(found)


def value(row, by, zone):
    columns = {"client": "client_name", "team": "team_name", "model": "routed_model", "backend": "backend_name"}
    columns |= {"key": "key_id", "session": "session_id", "agent": "agent_id", "kind": "kind", "error": "error_type"}
    match by:
        case "day":
            return row.started_at.astimezone(zone).date()
        case "hour":
            day = row.started_at.astimezone(zone).date()
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            return midnight + (row.started_at - midnight) // timedelta(hours=1) * timedelta(hours=1)
        case _:
            return getattr(row, columns[by])
