"""The table of conformance cases is complete, and its reader reads what it says."""

import pytest

from tests.support import conformance

SOURCE = """
TABLE = [1]  # protocol A1


def double(number):
    # protocol A2
    return number


# protocol B16–B18: above its test
@mark("x")  # protocol B20
def test_one(double):
    pass


async def test_two():
    # protocol A3, C50–C51
    assert TABLE


# protocol says nothing
def test_three():
    pass
"""
CLAIMS = {
    ("A1", "test_two"),
    ("A2", "test_one"),
    *((case, "test_one") for case in ("B16", "B17", "B18", "B20")),
    *((case, "test_two") for case in ("A3", "C50", "C51")),
    ("# protocol says nothing", "test_three"),
}


def test_each_case_has_a_test_or_a_reason():
    assert conformance.table().faults() == []


def test_it_lists_every_case_once():
    assert len(conformance.table().cases) == 255


def test_it_finds_the_tests_that_a_comment_belongs_to():
    assert set(conformance.claims(SOURCE)) == CLAIMS


@pytest.mark.parametrize(
    ("tests", "reasons", "faults"),
    [
        ({"A1": ("test_one",)}, {}, []),
        ({}, {"A1": "not yet"}, []),
        ({}, {}, ["A1 has neither a test nor a reason"]),
        ({"A1": ("test_one",)}, {"A1": "not yet"}, ["A1 has a test: its reason is out of date"]),
        ({"A1": ("test_one",), "A99": ("test_one",)}, {}, ["A99 is no case"]),
    ],
    ids=["a test", "a reason", "neither", "both", "an unknown case"],
)
def test_it_tells_what_is_missing(tests, reasons, faults):
    assert conformance.Table({"A1": "it works"}, tests, reasons).faults() == faults
