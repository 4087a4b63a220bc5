"""Stacked bars over time, as lengths on a canvas of fixed size; the template draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounting import figure_text
from accounting.models.rollups import RANKED
from accounting.reports.figures import Figures
from accounting.reports.groupings import GROUPINGS, HOUR, Grouping
from accounting.reports.reading import read
from accounting.reports.report import Report, Value
from accounting.reports.selection import Selection, having
from accounting.rollups.coverage import MOMENT, any_of
from accounting.rollups.slots import hour_of, local_day

WIDTH, HEIGHT = 960, 180
FILLED = 0.8
"""How much of its place a bar takes."""
SERIES = 5
MOST_BARS = 190
HOURLY = timedelta(days=2)
DAY = GROUPINGS["day"]

Slot = datetime | date
MEASURES: Mapping[str, tuple[Callable[[Figures], int], Callable[[int], str]]] = {
    "cost": (lambda figures: figures.picodollars, lambda value: figure_text.money(Figures(picodollars=value).cost)),
    "tokens": (lambda figures: figures.total_tokens, figure_text.tokens),
    "requests": (lambda figures: figures.requests, lambda value: f"{value:,}"),
}
"""What a bar is as long as, and how that is read."""


@dataclass(frozen=True, slots=True)
class Piece:
    series: int
    text: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """`since` and `until` are the days that a click on it shows."""

    label: str
    text: str
    since: str
    until: str
    x: float
    width: float
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Chart:
    """`names` are those of the series, the largest first; the last one is of all others."""

    measure: str
    names: list[str]
    bars: list[Bar]
    highest: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def legend(self) -> list[str]:
        """The names of what is drawn."""
        drawn = {piece.series for bar in self.bars for piece in bar.pieces}
        return self.names if len(self.names) - 1 in drawn else self.names[:-1]

    @property
    def rest(self) -> int:
        """Which series is of all others; none, where there is only one."""
        return len(self.names) - 1 if len(self.names) > 1 else -1

    @property
    def ends(self) -> tuple[str, str]:
        return self.bars[0].label, self.bars[-1].label


def chart(selection: Selection, shown: Report, measure: str) -> Chart | None:
    """The largest lines of the report over time, and all others; None where there is nothing to draw."""
    unit = HOUR if is_short(selection) else DAY
    series = [] if shown.by.is_time else shown.lines[:SERIES]
    size, text = MEASURES[measure]
    totals = {key[0]: size(figures) for key, figures in read(selection, [unit], names=RANKED).items()}
    of_series: dict[tuple[Any, ...], int] = {}
    if series:
        only = any_of([having(shown.by.name, line.value) for line in series])
        of_series = {key: size(figures) for key, figures in read(selection, [unit, shown.by], only, RANKED).items()}
    columns = stacked(totals, of_series, [line.key for line in series], slots(selection, unit, totals))
    highest = max((sum(heights) for heights in columns.values()), default=0)
    if not highest:
        return None
    names = [line.label for line in series] + ["all others" if series else "all"]
    return Chart(measure, names, list(bars(columns, names, highest, text)), text(highest))


def is_short(selection: Selection) -> bool:
    return bool(selection.since and selection.until and selection.until - selection.since <= HOURLY)


def slots(selection: Selection, unit: Grouping, found: Mapping[Slot, int]) -> list[Slot]:
    """Each hour or day of the period as far as there can be anything, also those without requests."""
    now = timezone.now()
    first, last = selection.since, min(selection.until or now, now)
    if unit is HOUR and first is not None:
        return list(hours(first, last))
    if not found:
        return []
    start = local_day(first) if first is not None else min(found)
    final = max(local_day(last - MOMENT), max(found))
    return [start + timedelta(days=number) for number in range((final - start).days + 1)]


def hours(first: datetime, last: datetime) -> Iterator[Slot]:
    hour = hour_of(first)
    while hour.start < last:
        yield hour.start
        hour = hour_of(hour.end)


def stacked(
    totals: Mapping[Slot, int], of_series: Mapping[tuple[Any, ...], int], keys: Sequence[Value], shown: Sequence[Slot]
) -> dict[Slot, list[int]]:
    """How high each piece of each bar is; more days than fit are drawn as months."""
    place = month if len(shown) > MOST_BARS else whole
    columns: dict[Slot, list[int]] = {place(slot): [0] * (len(keys) + 1) for slot in shown}
    for slot in shown:
        parts = [of_series.get((slot, key), 0) for key in keys]
        heights = [*parts, totals.get(slot, 0) - sum(parts)]
        columns[place(slot)] = [one + other for one, other in zip(columns[place(slot)], heights, strict=True)]
    return columns


def month(slot: Slot) -> Slot:
    return slot.replace(day=1)


def whole(slot: Slot) -> Slot:
    return slot


def bars(
    columns: Mapping[Slot, Sequence[int]], names: Sequence[str], highest: int, text: Callable[[int], str]
) -> Iterator[Bar]:
    width = WIDTH / len(columns)
    monthly = len(columns) > 1 and all(isinstance(slot, date) and slot.day == 1 for slot in columns)
    for number, (slot, heights) in enumerate(columns.items()):
        label, since, until = place_of(slot, monthly)
        pieces, y = [], float(HEIGHT)
        for series, (name, value) in enumerate(zip(names, heights, strict=True)):
            height = HEIGHT * value / highest
            y -= height
            if value > 0:
                pieces.append(Piece(series, f"{name}: {text(value)}", round(y, 2), round(height, 2)))
        yield Bar(label, text(sum(heights)), since, until, round(number * width, 2), round(width * FILLED, 2), pieces)


def place_of(slot: Slot, monthly: bool) -> tuple[str, str, str]:
    """What a bar is called, and from when to when it goes, as people write it."""
    if isinstance(slot, datetime):
        start, end = (timezone.localtime(moment) for moment in hour_of(slot))
        return f"{start:%Y-%m-%d %H:%M}", f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}"
    if monthly:
        last = (slot + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return f"{slot:%B %Y}", slot.isoformat(), last.isoformat()
    return slot.isoformat(), slot.isoformat(), slot.isoformat()
