import csv
import json
from decimal import Decimal

import pytest

from accounting.reports.figures import Figures
from accounting.reports.groupings import GROUPINGS
from accounting.reports.report import Line, Report
from accounting.reports.selection import Selection
from accounting.reports.text import as_csv, as_json, as_table, safe_cell, spent

ANN = Figures(requests=1200, input_tokens=1_234_567, output_tokens=89, picodollars=3 * 10**12, estimated=300)
BOB = Figures(requests=1, unpriced=1)


def report(by="client", others=None, **lines):
    total = sum([*lines.values(), others or Figures()], Figures())
    return Report(GROUPINGS[by], [Line(label, label, figures) for label, figures in lines.items()], others, total)


def test_a_table_is_aligned():
    heading, rule, ann, bob, _, total = as_table(report(Ann=ANN, Bob=BOB)).splitlines()
    assert len({len(line) for line in (heading, rule, ann, bob, total)}) == 1
    assert ann.split()[:4] == ["Ann", "$3.00", "1,200", "0"]
    assert bob.split()[:2] == ["Bob", "unknown"]
    assert "$3.00 + 1 unpriced" in total


def test_all_others_are_in_every_form():
    made = report(others=BOB, Ann=ANN)
    assert "all others" in as_table(made)
    assert [row["client"] for row in csv.DictReader(as_csv(made))] == ["Ann", "all others"]
    assert json.loads(as_json(made, Selection()))["others"]["requests"] == 1


def test_csv_has_plain_figures_and_an_empty_cell_for_what_nobody_measured():
    (row,) = csv.DictReader(as_csv(report(Ann=ANN)))
    told = [row[name] for name in ("client", "requests", "total_tokens", "cost", "estimated_share", "first_token_p50")]
    assert told == ["Ann", "1200", "1234656", "3", "0.25", ""]


def test_json_has_money_as_text():
    told = json.loads(as_json(report(Ann=ANN), Selection(filters={"team": "Core"})))
    assert (told["total"]["cost"], told["filters"], told["lines"][0]["label"]) == ("3", {"team": "Core"}, "Ann")


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        pytest.param(Figures(picodollars=15 * 10**11), "$1.50", id="known"),
        pytest.param(Figures(), "$0.00", id="nothing"),
        pytest.param(Figures(unpriced=2), "unknown", id="unknown"),
        pytest.param(Figures(picodollars=15 * 10**11, unpriced=2), "$1.50 + 2 unpriced", id="partly known"),
    ],
)
def test_a_cost_is_never_zero_for_want_of_a_price(figures, text):
    assert spent(figures) == text


def test_figures_can_be_added_and_taken_away():
    assert ANN + BOB - ANN == BOB
    assert (ANN + BOB).cost == Decimal(3)


@pytest.mark.parametrize("text", ['a "quoted" name', "a, b", "two\nlines", "'"])
def test_csv_keeps_texts_as_they_are(text):
    (_, row) = csv.reader(as_csv(report(**{text: ANN})))
    assert row[0] == text


# reliability R-8
@pytest.mark.parametrize(
    "payload",
    ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)", "\t=1", "\r=1", "\n=1", "\0=1"],
)
def test_no_cell_is_a_formula(payload):
    cell = safe_cell(payload)
    assert cell.startswith("'")
    assert "\0" not in cell
