"""Whatever was summed up, is due, or was removed: every report equals the rows."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.models import RollupDue, SessionRollup, UsageRecord, UsageRollup
from accounting.reports.groupings import GROUPINGS
from accounting.reports.report import report, timeless
from accounting.reports.selection import Selection
from accounting.rollups.due import note_hours
from accounting.rollups.pruning import prune
from accounting.rollups.rebuilding import rebuild
from accounting.rollups.slots import hour_of, midnight
from tests.accounting.rollups.rows import BEGINNING, by_hand, moments, rows

pytestmark = pytest.mark.django_db

ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]
LATER = BEGINNING + timedelta(days=30)
CALM = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def begin():
    for model in (UsageRecord, UsageRollup, SessionRollup, RollupDue):
        model.objects.all().delete()


def add(new):
    UsageRecord.objects.bulk_create(new)
    note_hours(row.started_at for row in new)


def some(steps, count):
    """Sum up no more than so many hours and days, as a process that ends then."""
    for _ in zip(range(count), steps, strict=False):
        pass


def assert_equal(by, expected_rows, zone, selection=None):
    shown = report(selection or Selection(), by)
    assert {line.key: timeless(line.figures) for line in shown.lines} == by_hand(expected_rows, by, zone)
    assert sum(line.figures.rows for line in shown.lines) == shown.total.rows == len(expected_rows)
    assert amounts(report(selection or Selection(), by, limit=2)) == amounts(shown)[:2]


def amounts(made):
    """What lines are ranked by; which of two that are equal comes first is not said."""
    return [(line.figures.picodollars, line.figures.total_tokens) for line in made.lines]


@CALM
@given(
    by=st.sampled_from(sorted(GROUPINGS)),
    zone=st.sampled_from(ZONES),
    first=st.lists(rows, max_size=8, unique_by=lambda row: row.id),
    second=st.lists(rows, max_size=4, unique_by=lambda row: row.id),
    done=st.integers(0, 12),
    again=st.integers(0, 3),
    kept=moments,
)
def test_every_grouping_equals_the_rows(by, zone, first, second, done, again, kept, settings):
    settings.TIME_ZONE = zone
    begin()
    add(first)
    some(rebuild(LATER), done)
    second = [row for row in second if row.id not in {each.id for each in first}]
    add(second)
    some(rebuild(LATER), again)
    assert_equal(by, [*first, *second], zone)

    some(prune(hour_of(kept).start), 2)
    assert_equal(by, [*first, *second], zone)
    list(prune(hour_of(kept).start))
    list(rebuild(LATER))
    assert_equal(by, [*first, *second], zone)


@CALM
@given(
    by=st.sampled_from(sorted(GROUPINGS)),
    zone=st.sampled_from(ZONES),
    all_rows=st.lists(rows, max_size=8, unique_by=lambda row: row.id),
    done=st.integers(0, 12),
    ends=st.tuples(moments, moments),
)
def test_every_period_equals_its_rows(by, zone, all_rows, done, ends, settings):
    settings.TIME_ZONE = zone
    begin()
    add(all_rows)
    some(rebuild(LATER), done)
    since, until = sorted(ends)
    within = [row for row in all_rows if since <= row.started_at < until]
    assert_equal(by, within, zone, Selection(since, until))


def test_times_are_counted_alike_in_rows_and_in_sums():
    begin()
    add(
        [
            UsageRecord(
                id=f"{number:032x}", state="closed", kind="message", started_at=BEGINNING, duration_ms=number * 97
            )
            for number in range(50)
        ]
    )
    live = report(Selection(), "client").total.duration
    list(rebuild(LATER))
    assert not RollupDue.objects.exists()
    assert report(Selection(), "client").total.duration == live
    assert sum(live) == 50


def test_rows_that_come_late_into_removed_hours_are_added():
    begin()
    for number in range(3):
        add([UsageRecord(id=f"{number:032x}", state="closed", kind="message", started_at=BEGINNING, input_tokens=5)])
        list(rebuild(LATER))
        assert report(Selection(), "day").total.input_tokens == 5 * (number + 1)
        assert list(prune(midnight(LATER.date()))) == [1]
        assert report(Selection(), "day").total.input_tokens == 5 * (number + 1)
    list(rebuild(LATER))
    assert report(Selection(), "session").total.input_tokens == 15
