import itertools

import pytest

from accounting.rollups.histograms import BOUNDS, BUCKETS, percentile


def counted(times):
    counts = [0] * BUCKETS
    for time in times:
        counts[sum(time >= bound for bound in BOUNDS)] += 1
    return counts


@pytest.mark.parametrize("share", [0.5, 0.95])
@pytest.mark.parametrize("times", [range(200, 20_000, 7), [1_000] * 50, [150, 90_000] * 9], ids=["even", "same", "two"])
def test_a_percentile_is_off_by_less_than_a_half(times, share):
    exact = sorted(times)[round(share * (len(times) - 1))]
    assert exact / 1.52 < percentile(counted(times), share) < exact * 1.52


def test_there_may_be_no_times():
    assert percentile([0] * BUCKETS, 0.5) is None


def test_each_bound_is_about_half_as_much_again():
    ratios = [high / low for low, high in itertools.pairwise(BOUNDS)]
    assert 1.45 < min(ratios) <= max(ratios) < 1.53
