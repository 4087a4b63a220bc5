"""Reading variables: a value that can be used, or a note of what is wrong with it."""

import pytest

from proxysite import environment


@pytest.fixture(autouse=True)
def wrong(monkeypatch):
    wrong = {}
    monkeypatch.setattr(environment, "WRONG", wrong)
    return wrong


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("9000", 9000, id="a number"),
        pytest.param("9000   # the port", 9000, id="a comment behind it"),
        pytest.param("", 8082, id="empty is not set"),
    ],
)
def test_it_reads_numbers(monkeypatch, wrong, given, expected):
    monkeypatch.setenv("PORT", given)
    assert (environment.number("PORT", 8082, highest=65535), wrong) == (expected, {})


@pytest.mark.parametrize("given", ["abc", "-1", "70000", "1.5", "²"])
def test_it_notes_wrong_numbers_and_takes_the_default(monkeypatch, wrong, given):
    monkeypatch.setenv("PORT", given)
    assert environment.number("PORT", 8082, highest=65535) == 8082
    assert wrong == {"PORT": f"is {given!r}, which is not a whole number from 0 to 65535"}


@pytest.mark.parametrize(("given", "expected"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_it_reads_flags(monkeypatch, given, expected):
    monkeypatch.setenv("DEBUG", given)
    assert environment.flag("DEBUG") is expected


def test_it_notes_wrong_choices_and_takes_the_default(monkeypatch, wrong):
    monkeypatch.setenv("LOG_LEVEL", "loud")
    assert environment.choice("LOG_LEVEL", "info", ("info", "error")) == "info"
    assert wrong == {"LOG_LEVEL": "is 'loud', which is none of info, error"}


def test_it_reads_lists(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example,")
    assert environment.items("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_it_reads_a_value_from_the_file_that_is_named(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SECRET_KEY", "from a variable")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert environment.text("SECRET_KEY") == "from a file"


def test_it_notes_a_file_that_cannot_be_read(monkeypatch, wrong, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "missing"))
    assert environment.text("SECRET_KEY", "default") == "default"
    assert list(wrong) == ["SECRET_KEY_FILE"]
