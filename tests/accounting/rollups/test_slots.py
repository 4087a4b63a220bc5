from datetime import UTC, datetime, timedelta

import pytest

from accounting.rollups.slots import Span, day_of, hour_of, merged, without

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"]
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_hours_fill_their_days_and_days_the_year(settings, zone):
    settings.TIME_ZONE = zone
    moment = day_of(BEGINNING).start
    while moment < BEGINNING + timedelta(days=365):
        day, end = day_of(moment), moment
        while end < day.end:
            hour = hour_of(end)
            assert hour.start == end
            assert hour_of(hour.end - timedelta(microseconds=1)) == hour
            end = hour.end
        assert (day.start, day.end) == (moment, end)
        moment = end


def spans(*ends):
    return [Span(*(BEGINNING + timedelta(hours=hour) for hour in pair)) for pair in ends]


def test_spans_that_meet_are_one():
    assert merged(spans((5, 6), (1, 2), (2, 3), (4, 4))) == spans((1, 3), (5, 6))


@pytest.mark.parametrize(
    ("holes", "left"),
    [([], [(0, 9)]), ([(2, 3), (5, 9)], [(0, 2), (3, 5)]), ([(-1, 1), (8, 12)], [(1, 8)]), ([(-1, 10)], [])],
)
def test_what_is_left_of_a_span(holes, left):
    (whole,) = spans((0, 9))
    assert list(without(whole, spans(*holes))) == spans(*left)
