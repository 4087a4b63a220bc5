"""Processes that sum up rows and are killed at any moment: what reports say equals the rows.

A longer run: KILLS=200 python -m pytest tests/accounting/rollups/test_kills.py
"""

import json
import os

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("KILLS", "10"))


@pytest.mark.parametrize("seed", [3])
def test_sums_equal_the_rows_when_processes_are_killed(driver, seed):
    driver.environment["KEEP_SUMS"] = "1"
    assert driver.run("lives", KILLS, seed)[0] == 0
    assert_equal(driver)
    driver.settle()
    assert_equal(driver)


def assert_equal(driver):
    status, printed = driver.run("sums")
    found = json.loads(printed)
    assert (status, found["wrong"]) == (0, [])
    assert found["told"] == found["rows"]
    assert found["kept"] > 0
