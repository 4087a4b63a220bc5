"""Times in buckets, so that percentiles come from sums.

Each bound is half as much again as the one before. Inside of a bucket times are taken to be spread evenly on that
scale, so between the first bound and the last one a percentile is off by less than a half of its value in the worst
case, and by a few percent as a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

BOUNDS: tuple[int, ...] = (100, 150, 225, 340, 510, 760, 1140, 1710, 2560, 3840, 5770, 8650)
BOUNDS += (13_000, 19_500, 29_200, 43_800, 65_700, 98_500, 148_000, 222_000, 333_000)
"""In milliseconds: a bucket ends before its bound, the last one has none."""
BUCKETS = len(BOUNDS) + 1
SMALLEST, LARGEST = 67, 500_000
"""Where the first bucket begins and the last one ends, as far as percentiles are concerned."""


def names(measure: str) -> list[str]:
    """The columns of a measure."""
    return [f"{measure}_{bucket:02}" for bucket in range(BUCKETS)]


def limits(bucket: int) -> tuple[int | None, int | None]:
    """From where to where the bucket goes; None is any."""
    return BOUNDS[bucket - 1] if bucket else None, BOUNDS[bucket] if bucket < len(BOUNDS) else None


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Below how many milliseconds this share of the times lies; None where there are no times."""
    wanted = share * sum(counts)
    if not wanted:
        return None
    bucket, until = next((at, so_far) for at, so_far in enumerate(accumulate(counts)) if so_far >= wanted)
    low, high = limits(bucket)
    low, high = low or SMALLEST, high or LARGEST
    inside = 1 - (until - wanted) / counts[bucket]
    return float(low * (high / low) ** inside)
