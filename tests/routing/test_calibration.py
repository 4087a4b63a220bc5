"""What reported tokens teach of a model: the arithmetic, and the model's row."""

import pytest

from routing import calibration, loading
from routing.calibration import MINIMUM_SAMPLES, WINDOW, Calibration, learn
from routing.models import BackendModel
from routing.resolve import resolve
from tests.routing import factories

ENOUGH = MINIMUM_SAMPLES


def after(*ratios):
    found = Calibration()
    for ratio in ratios:
        found = found.after(ratio)
    return found


@pytest.mark.parametrize(
    ("ratios", "used"),
    [
        pytest.param([], 1.0, id="nothing known"),
        pytest.param([1.3] * (ENOUGH - 1), 1.0, id="too little known"),
        pytest.param([1.3] * ENOUGH, 1.3, id="enough"),
        pytest.param([1.2, 1.4] * ENOUGH, 1.3, id="a mean"),
        pytest.param([0.01] * ENOUGH, 0.6, id="not below the lowest"),
        pytest.param([50.0] * ENOUGH, 1.8, id="not above the highest"),
        pytest.param([1.0] * (ENOUGH - 1) + [1e9], 1.04, id="a freak counts no more than the highest"),
    ],
)
def test_the_factor_is_the_mean_of_what_was_reported(ratios, used):
    assert after(*ratios).used == used


def test_what_is_long_ago_is_forgotten():
    assert after(*[1.5] * WINDOW, *[0.9] * WINDOW * 6).used == 0.9


def test_the_error_is_that_of_what_was_told():
    assert after(*[1.25] * ENOUGH).error == pytest.approx(20)  # told 100 where 125 was right
    assert after(*[1.25] * ENOUGH * 50).error < 1


@pytest.fixture
def row(db):
    return factories.backend_model(factories.backend("local"), "m")


def test_the_row_of_the_model_learns(row):
    assert learn(row.backend_id, "m", "estimate", [1.1] * 15)
    assert learn(row.backend_id, "m", "estimate", [1.1] * 15)
    row.refresh_from_db()
    assert (round(row.estimate_factor, 6), row.estimate_samples) == (1.1, 30)
    assert (row.count_factor, row.count_samples, row.count_error) == (1.0, 0, 0.0)


def test_a_model_without_a_row_teaches_nothing(row):
    assert learn(row.backend_id, "other", "estimate", [1.1])
    assert not BackendModel.objects.exclude(estimate_samples=0)


def test_two_processes_do_not_overwrite_each_other(row, monkeypatch):
    def read_and_overtaken(found, kind):
        before = reading(found, kind)
        BackendModel.objects.filter(pk=found.pk).update(count_samples=7, count_factor=1.2)
        return before

    reading = calibration.calibration_of
    monkeypatch.setattr(calibration, "calibration_of", read_and_overtaken)
    assert not learn(row.backend_id, "m", "count", [0.9])
    row.refresh_from_db()
    assert (row.count_samples, row.count_factor) == (7, 1.2)


def test_estimates_and_counts_of_the_route_are_calibrated(row):
    learn(row.backend_id, "m", "estimate", [1.3] * ENOUGH)
    learn(row.backend_id, "m", "count", [0.8] * ENOUGH)
    _, text = factories.key()
    table = loading.load({})
    destination = resolve(table, table.key(text, 0.0), "m").destination
    assert (destination.calibration, destination.count_calibration) == (1.3, 0.8)


@pytest.mark.parametrize(
    ("ratios", "seen"),
    [
        pytest.param([1.3] * (ENOUGH - 1), False, id="not used yet"),
        pytest.param([1.3] * ENOUGH, True, id="used from now on"),
        pytest.param([1.0] * ENOUGH, False, id="used, but nothing else"),
    ],
)
def test_the_table_is_loaded_again_when_the_factor_in_use_changes(row, ratios, seen):
    before = loading.fingerprint()
    learn(row.backend_id, "m", "estimate", ratios)
    assert (loading.fingerprint() != before) is seen
