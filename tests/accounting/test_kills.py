"""Processes that end at any moment: what was finished is booked once, what was sent is not lost.

reliability §3.1, I1 to I3. A longer run: KILLS=500 python -m pytest tests/accounting/test_kills.py
"""

import os
import shutil
import uuid

import pytest

from tests.accounting.crash_steps import CRASHED, STEPS
from tests.accounting.samples import expected_tokens

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("KILLS", "10"))
LATER = {"copied rows forgotten": 2, "adopted journal gone": 1}


def assert_nothing_is_lost(driver, rows):
    sent, finished = driver.noted("sent"), driver.noted("finished")
    assert len(sent) == len(set(sent)) > 0
    assert [request for request in sent if request not in rows] == []
    assert [request for request in finished if rows[request]["state"] != "closed"] == []
    closed = {request: row["output_tokens"] for request, row in rows.items() if row["state"] == "closed"}
    assert closed == {request: expected_tokens(uuid.UUID(request)) for request in closed}
    interrupted = [row for request, row in rows.items() if request not in closed]
    assert {(row["state"], row["input_tokens"], row["estimated"]) for row in interrupted} <= {("interrupted", 7, True)}


@pytest.mark.parametrize("seed", [1])
def test_nothing_is_lost_when_processes_are_killed(driver, seed):
    status, _ = driver.run("lives", KILLS, seed)
    assert status == 0
    assert_nothing_is_lost(driver, driver.settle())


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_lost_when_a_process_ends_at_a_step(driver, step):
    status, _ = driver.run("crash", step, LATER.get(step, 1))
    assert status == CRASHED
    assert_nothing_is_lost(driver, driver.settle())


def test_replaying_journals_again_changes_nothing(driver):
    driver.run("lives", 3, 7)
    journals = driver.folder / "journal"
    shutil.copytree(journals, driver.folder / "copy")
    rows = driver.settle()
    for _ in range(2):
        shutil.rmtree(journals)
        shutil.copytree(driver.folder / "copy", journals)
        assert driver.settle() == rows
