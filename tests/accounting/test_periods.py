from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounting.periods import beginning, end

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:15", datetime(2026, 11, 1, 8, 15, tzinfo=UTC)),
        ("2026-11-01 08:15:30+02:00", datetime(2026, 11, 1, 6, 15, 30, tzinfo=UTC)),
    ],
)
def test_it_begins(text, moment):
    assert beginning(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2026-11-01", datetime(2026, 11, 2, tzinfo=UTC), id="with the end of the day"),
        pytest.param("24h", NOW - timedelta(hours=24), id="so long ago"),
        pytest.param("2026-11-01T08:15", datetime(2026, 11, 1, 8, 15, tzinfo=UTC), id="at that time"),
    ],
)
def test_it_ends(text, moment):
    assert end(text) == moment


def test_a_day_is_one_of_the_local_time_zone(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert beginning("2026-11-01") == datetime(2026, 10, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2026-02-30", "7", "d", "-1d", "999999w", "9999-12-31"]
)
def test_it_refuses_what_it_does_not_understand(text):
    with pytest.raises(ArgumentTypeError, match="is not like 2026-11-01"):
        end(text)
