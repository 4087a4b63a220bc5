"""A bar for each day, as lengths on a canvas of fixed size; the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounting.reports.figures import Figures

WIDTH, HEIGHT = 720, 120
FILLED = 0.72
"""How much of its place a bar takes."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`cached` is the lower part of its height: tokens that were read from a cache."""

    day: date
    figures: Figures
    x: float
    width: float
    height: float
    cached: float

    @property
    def y(self) -> float:
        return HEIGHT - self.height

    @property
    def cached_y(self) -> float:
        return HEIGHT - self.cached


def bars(days: Sequence[tuple[date, Figures]]) -> list[Bar]:
    most = max((figures.total_tokens for _, figures in days), default=0) or 1
    place = WIDTH / (len(days) or 1)
    return [
        Bar(
            day=day,
            figures=figures,
            x=round(number * place, 1),
            width=round(place * FILLED, 1),
            height=round(HEIGHT * figures.total_tokens / most, 1),
            cached=round(HEIGHT * figures.cache_read_input_tokens / most, 1),
        )
        for number, (day, figures) in enumerate(days)
    ]
