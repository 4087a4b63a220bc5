"""The figures of some rows, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from accounting.rollups.figures import PICO
from accounting.rollups.histograms import BUCKETS, names, percentile

Times = tuple[int, ...]
NO_TIMES: Times = (0,) * BUCKETS
MEASURES = ("first_token", "duration")


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over rows; `first_token` and `duration` count times by their length.

    `requests`, `running`, `failed`, `cancelled`, `estimated` and the times are of what clients asked for; tokens and
    money are of everything. `unpriced` rows are missing in the cost. What still runs counts with its estimates.
    """

    rows: int = 0
    requests: int = 0
    running: int = 0
    failed: int = 0
    cancelled: int = 0
    estimated: int = 0
    input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    saved_input_tokens: int = 0
    web_search_requests: int = 0
    picodollars: int = 0
    unpriced: int = 0
    first_token: Times = NO_TIMES
    duration: Times = NO_TIMES

    def __add__(self, other: Figures) -> Figures:
        return self._combined(other, 1)

    def __sub__(self, other: Figures) -> Figures:
        return self._combined(other, -1)

    def _combined(self, other: Figures, sign: int) -> Figures:
        counts = (getattr(self, name) + sign * getattr(other, name) for name in COUNTS)
        times = (
            tuple(mine + sign * its for mine, its in zip(getattr(self, name), getattr(other, name), strict=True))
            for name in MEASURES
        )
        return Figures(*counts, *times)

    @property
    def cost(self) -> Decimal:
        """What is known of it, in US dollars."""
        return Decimal(self.picodollars) / PICO

    @property
    def read_tokens(self) -> int:
        return self.input_tokens + self.cache_read_input_tokens + self.cache_creation_input_tokens

    @property
    def total_tokens(self) -> int:
        """Read and generated, cached or not."""
        return self.read_tokens + self.output_tokens

    @property
    def cached_share(self) -> float | None:
        """How much of what was read came from a cache."""
        return share(self.cache_read_input_tokens, self.read_tokens)

    @property
    def saved_share(self) -> float | None:
        """How much of what would have been read was left out by compression."""
        return share(self.saved_input_tokens, self.read_tokens + self.saved_input_tokens)

    @property
    def failed_share(self) -> float | None:
        return share(self.failed, self.requests)

    @property
    def estimated_share(self) -> float | None:
        """Of how many of the requests the tokens are our estimate."""
        return share(self.estimated, self.requests)

    @property
    def first_token_p50(self) -> float | None:
        return percentile(self.first_token, 0.5)

    @property
    def first_token_p95(self) -> float | None:
        return percentile(self.first_token, 0.95)

    @property
    def duration_p50(self) -> float | None:
        return percentile(self.duration, 0.5)

    @property
    def duration_p95(self) -> float | None:
        return percentile(self.duration, 0.95)


COUNTS = tuple(field.name for field in fields(Figures) if field.name not in MEASURES)

COLUMNS = {measure: names(measure) for measure in MEASURES}


def share(part: int, whole: int) -> float | None:
    """None where there is nothing to have a share in."""
    return part / whole if whole else None


def figures(sums: Mapping[str, int]) -> Figures:
    """From the columns of a rollup; what it has no columns for is nothing."""
    counts = {name: int(sums.get(name, 0)) for name in COUNTS}
    first_token, duration = (times(sums, measure) for measure in MEASURES)
    return Figures(**counts, first_token=first_token, duration=duration)


def times(sums: Mapping[str, int], measure: str) -> Times:
    columns = COLUMNS[measure]
    return tuple(sums[column] for column in columns) if columns[0] in sums else NO_TIMES
