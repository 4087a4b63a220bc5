"""Cells of the admin's lists: a second line in small print, long texts shortened."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

TEXT_LIMIT = 36


def two_lines(text: object, remark: object) -> SafeString:
    """The text, and below it what is said about it, if anything."""
    if not remark:
        return format_html("{}", text)
    return format_html('{}<br><span class="small quiet">{}</span>', text, remark)


def shortened(text: str, limit: int = TEXT_LIMIT) -> SafeString:
    """As much of the text as a cell has room for; the rest shows when the mouse is on it."""
    if len(text) <= limit:
        return format_html("{}", text)
    return format_html('<span title="{}">{}…</span>', text, text[: limit - 1])


def moment(time: datetime) -> str:
    return f"{timezone.localtime(time):%Y-%m-%d %H:%M}"


def day(time: datetime) -> str:
    return f"{timezone.localtime(time):%Y-%m-%d}"
