"""The beginning and the end of a report, as people write them: `2026-11-01`, `7d`, `24h`."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def beginning(text: str) -> datetime:
    """A day means from its first moment on."""
    return point_in_time(text, day_offset=0)


def end(text: str) -> datetime:
    """A day means to its last moment."""
    return point_in_time(text, day_offset=1)


def point_in_time(text: str, day_offset: int) -> datetime:
    try:
        if ago := re.fullmatch(r"(\d{1,6})([hdw])", text):
            return timezone.now() - int(ago[1]) * UNITS[ago[2]]
        if day := parse_date(text):
            return timezone.make_aware(datetime.combine(day + timedelta(days=day_offset), time()))
        if moment := parse_datetime(text):
            return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        pass  # a date that does not exist, or lies out of reach
    raise ArgumentTypeError(f"{text!r} is not like 2026-11-01, 2026-11-01T12:00, 24h or 7d")
