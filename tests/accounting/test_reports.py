import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.models import UsageRecord
from accounting.reports import GROUPINGS, lines, total
from tests.accounting.samples import record

pytestmark = pytest.mark.django_db

SUMS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "thinking_tokens",
    "total_tokens",
)
few = st.sampled_from(["", "a", "b"])
tokens = st.integers(0, 10**12)
records = st.builds(
    UsageRecord,
    id=st.uuids(),
    state=st.sampled_from(UsageRecord.State.values),
    started_at=st.integers(0, 100).map(lambda hours: datetime(2026, 10, 23, tzinfo=UTC) + timedelta(hours=hours)),
    estimated=st.booleans(),
    time_to_first_token_ms=st.none() | st.integers(0, 1000),
    **dict.fromkeys(("client_name", "team_name", "routed_model", "backend_name", "session_id"), few),
    **dict.fromkeys(SUMS[:-1], tokens),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(records, max_size=12, unique_by=lambda row: row.id))
def test_the_sums_of_every_grouping_are_the_sums_of_the_rows(rows):
    UsageRecord.objects.all().delete()
    UsageRecord.objects.bulk_create(rows)
    expected = {name: sum(getattr(row, name) for row in rows) for name in SUMS}
    whole = total(UsageRecord.objects.all())
    assert {name: getattr(whole, name) for name in SUMS} == expected
    for by in GROUPINGS:
        parts = lines(UsageRecord.objects.all(), by)
        assert sum(part.requests for part in parts) == len(rows)
        assert {name: sum(getattr(part, name) for part in parts) for name in SUMS} == expected


@pytest.mark.parametrize(
    ("by", "field"),
    [
        ("client", "client_name"),
        ("team", "team_name"),
        ("model", "routed_model"),
        ("backend", "backend_name"),
        ("session", "session_id"),
    ],
)
def test_it_has_the_largest_first(by, field):
    record(**{field: "small"}, output_tokens=5)
    record(**{field: "large"}, input_tokens=4)
    record(**{field: "large"}, cache_read_input_tokens=4)
    assert [(line.label, line.requests, line.total_tokens) for line in lines(UsageRecord.objects.all(), by)] == [
        ("large", 2, 8),
        ("small", 1, 5),
    ]


def test_days_are_in_their_order_and_in_the_local_time_zone(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    for hour in (21, 23):
        UsageRecord.objects.create(id=uuid.uuid4(), state="closed", started_at=datetime(2026, 11, 1, hour, tzinfo=UTC))
    assert [line.label for line in lines(UsageRecord.objects.all(), "day")] == ["2026-11-01", "2026-11-02"]


def test_failed_are_those_that_the_gateway_could_not_serve():
    for state in UsageRecord.State.values:
        record(state=state)
    assert total(UsageRecord.objects.all()).failed == 2


def test_it_tells_how_much_is_estimated():
    record(estimated=True)
    record()
    assert total(UsageRecord.objects.all()).estimated_share == 0.5


def test_the_mean_time_to_the_first_token_is_of_those_that_had_one():
    record(time_to_first_token_ms=100)
    record(time_to_first_token_ms=300)
    record()
    assert total(UsageRecord.objects.all()).time_to_first_token_ms == 200.0


def test_there_may_be_nothing_to_report():
    whole = total(UsageRecord.objects.all())
    assert (whole.requests, whole.total_tokens, whole.estimated_share) == (0, 0, 0.0)
    assert whole.time_to_first_token_ms is None


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(None, None, 3), (15, None, 1), (None, 15, 2), (25, 15, 1), (20, 20, 0), (20, 10, 1)],
)
def test_a_period_includes_its_beginning_and_not_its_end(since, until, found):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    for minutes in (10, 20, 30):
        UsageRecord.objects.create(id=uuid.uuid4(), state="closed", started_at=now - timedelta(minutes=minutes))
    ends = [None if minutes is None else now - timedelta(minutes=minutes) for minutes in (since, until)]
    assert UsageRecord.objects.started_between(*ends).count() == found


def test_who_is_no_superuser_sees_nothing_of_other_teams():
    record(team_id=1)
    assert UsageRecord.objects.visible_to(AnonymousUser()).count() == 0
    assert UsageRecord.objects.visible_to(SimpleNamespace(is_superuser=True)).count() == 1
