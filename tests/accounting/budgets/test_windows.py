from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.budgets.windows import LIFETIME, window_at

HOUR = 3600


def moment(text, zone):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("period", "zone", "now", "first", "after", "hours"),
    [
        pytest.param("day", "UTC", "2026-11-25T12:00", "2026-11-25", "2026-11-26", 24, id="a day"),
        pytest.param("day", "UTC", "2026-11-25T00:00", "2026-11-25", "2026-11-26", 24, id="its first moment"),
        pytest.param("day", "Europe/Berlin", "2026-03-29T12:00", "2026-03-29", "2026-03-30", 23, id="a day in spring"),
        pytest.param("day", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25", "2026-10-26", 25, id="a day in autumn"),
        pytest.param("day", "Asia/Kathmandu", "2026-11-25T01:00", "2026-11-25", "2026-11-26", 24, id="odd minutes"),
        pytest.param("week", "UTC", "2026-11-25T12:00", "2026-11-23", "2026-11-30", 168, id="a week begins on Monday"),
        pytest.param("week", "America/New_York", "2026-11-01T12:00", "2026-10-26", "2026-11-02", 169, id="long week"),
        pytest.param("month", "UTC", "2026-12-31T23:59", "2026-12-01", "2027-01-01", 744, id="the last month"),
        pytest.param("month", "UTC", "2028-02-29T12:00", "2028-02-01", "2028-03-01", 696, id="a leap year"),
        pytest.param("month", "Europe/Berlin", "2026-03-31T23:00", "2026-03-01", "2026-04-01", 743, id="short month"),
    ],
)
def test_the_window_of_a_time(period, zone, now, first, after, hours):
    window = window_at(period, ZoneInfo(zone), moment(now, zone))
    assert window == (moment(first, zone), moment(after, zone))
    assert window.ends_at - window.starts_at == hours * HOUR


def test_a_day_without_midnight_begins_when_the_clocks_are_moved():
    zone = ZoneInfo("America/Santiago")  # from 24:00 to 1:00
    window = window_at("day", zone, moment("2026-09-06T12:00", "America/Santiago"))
    assert datetime.fromtimestamp(window.starts_at, zone).hour == 1
    assert window.ends_at - window.starts_at == 23 * HOUR


def test_a_lifetime_has_no_end():
    assert window_at("lifetime", ZoneInfo("UTC"), 1_790_000_000.0) == LIFETIME
    assert LIFETIME.holds(1e12)


ZONES = ("UTC", "Europe/Berlin", "America/Santiago", "America/Havana", "Asia/Kolkata", "Pacific/Apia", "Africa/Cairo")


@given(st.sampled_from(("day", "week", "month")), st.sampled_from(ZONES), st.integers(1_400_000_000, 2_000_000_000))
def test_windows_follow_each_other_without_a_gap(period, zone, now):
    window = window_at(period, ZoneInfo(zone), now)
    assert window.holds(now)
    assert window_at(period, ZoneInfo(zone), window.ends_at).starts_at == window.ends_at
    assert window_at(period, ZoneInfo(zone), window.ends_at - 1) == window
    assert window.ends_at - window.starts_at <= timedelta(days=32).total_seconds()
