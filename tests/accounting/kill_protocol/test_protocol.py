"""A short run. The long one: python -m tests.accounting.kill_protocol"""

import pytest

from tests.accounting.kill_protocol.nemeses import KILLS, NEMESES, ROUND, plan
from tests.accounting.kill_protocol.protocol import Run, carried_out
from tests.accounting.kill_protocol.reconciliation import violations
from tests.support.missing import missing
from tests.support.postgres import NONE_HERE, programs, running

SHORT = ("kill a worker", "end at a step", "kill all")
CLIENTS = 12


def assert_all_agree(run):
    outcome = carried_out(run)
    outcomes = {call.outcome for call in outcome.evidence.calls}
    assert outcomes >= {"finished", "cut"}
    assert len(outcome.evidence.books.rows) > CLIENTS
    found = violations(outcome.evidence)
    del found["TOKENS"]  # how much was on its way to a process that is killed is also up to the machine
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_books_are_right_after_kills(tmp_path):
    assert_all_agree(Run(tmp_path, 1, CLIENTS, SHORT, replays=1))


@pytest.mark.full
def test_books_are_right_after_everything(tmp_path):
    assert_all_agree(Run(tmp_path, 1, CLIENTS, tuple(NEMESES)))


@pytest.mark.full
def test_books_are_right_after_everything_on_postgresql(tmp_path):
    if (found := programs()) is None:
        missing(NONE_HERE)
    with running(found) as postgres:
        assert_all_agree(Run(tmp_path, 1, CLIENTS, tuple(NEMESES), postgres=postgres))


def test_a_plan_ends_after_its_kills():
    planned = list(plan(100, seed=1))
    assert len([name for name in planned if name in KILLS]) == 100
    assert set(planned) == set(ROUND)


def test_a_plan_follows_from_its_seed():
    assert list(plan(20, seed=1)) == list(plan(20, seed=1)) != list(plan(20, seed=2))
