import csv

import pytest

from accounting.report_text import as_csv, as_table, safe_cell
from accounting.reports import ReportLine


def line(label, **figures):
    names = (
        "requests",
        "failed",
        "input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "output_tokens",
        "thinking_tokens",
        "estimated",
    )
    return ReportLine(label, **{**dict.fromkeys(names, 0), "time_to_first_token_ms": None, **figures})


def test_a_table_is_aligned():
    lines = [
        line(
            "Ann", requests=1200, input_tokens=1_234_567, output_tokens=89, estimated=300, time_to_first_token_ms=812.4
        ),
        line("", requests=1),
    ]
    total = line("total", requests=1201, input_tokens=1_234_567, output_tokens=89)
    assert as_table(lines, total, "client").splitlines() == [
        "client  requests  failed      input  cache read  cache write  output  thinking  total tokens  estimated  first token",
        "-" * 116,
        "Ann        1,200       0  1,234,567           0            0      89         0     1,234,656        25%       0.81 s",
        "(none)         1       0          0           0            0       0         0             0         0%            -",
        "-" * 116,
        "total      1,201       0  1,234,567           0            0      89         0     1,234,656         0%            -",
    ]


def test_csv_has_plain_figures():
    lines = [line("Ann", requests=3, input_tokens=1_234_567, estimated=1, time_to_first_token_ms=812.43219)]
    (row,) = csv.DictReader(as_csv(lines, "client").splitlines())
    assert (row["client"], row["requests"], row["input_tokens"], row["total_tokens"]) == (
        "Ann",
        "3",
        "1234567",
        "1234567",
    )
    assert (row["estimated_share"], row["time_to_first_token_ms"]) == ("0.3333", "812.4322")


def test_csv_has_an_empty_cell_for_what_nobody_measured():
    (row,) = csv.DictReader(as_csv([line("Ann")], "client").splitlines())
    assert row["time_to_first_token_ms"] == ""


@pytest.mark.parametrize("text", ['a "quoted" name', "a, b", "two\nlines", "'"])
def test_csv_keeps_texts_as_they_are(text):
    (_, row) = csv.reader(as_csv([line(text)], "session").splitlines(keepends=True))
    assert row[0] == text


# reliability R-8
@pytest.mark.parametrize(
    "payload",
    [
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "=cmd|' /C calc'!A0",
        "+1",
        "+cmd|' /C calc'!A0",
        "-1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\0=1+1",
    ],
)
def test_no_cell_is_a_formula(payload):
    cell = safe_cell(payload)
    assert cell.startswith("'")
    assert "\0" not in cell
