"""The window of a budget at a time: its day, week or month where the budget lives, or all of time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Window(NamedTuple):
    """In seconds since the epoch; `ends_at` is the first moment that belongs to the next one, None without one."""

    starts_at: int
    ends_at: int | None

    def holds(self, now: float) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


LIFETIME = Window(0, None)


QUARTER = 900
"""In seconds. Days begin on a quarter of an hour wherever people live, so in each the window stays the same."""


def window_at(period: str, zone: ZoneInfo, now: float) -> Window:
    return window_of_quarter(period, zone, int(now // QUARTER))


@lru_cache(maxsize=1024)
def window_of_quarter(period: str, zone: ZoneInfo, quarter: int) -> Window:
    """Days are as long as the clocks there make them: 23 to 25 hours."""
    today = datetime.fromtimestamp(quarter * QUARTER, zone).date()
    match period:
        case "day":
            first, after = today, today + timedelta(days=1)
        case "week":
            first = today - timedelta(days=today.weekday())
            after = first + timedelta(weeks=1)
        case "month":
            first = today.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
        case _:
            return LIFETIME
    return Window(beginning(first, zone), beginning(after, zone))


def beginning(day: date, zone: ZoneInfo) -> int:
    """The first moment of the day; where clocks are moved at midnight, the earlier one."""
    return int(datetime.combine(day, time(), zone).timestamp())
