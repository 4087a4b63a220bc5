"""Secrets that nobody configured."""

import stat

import pytest

from proxysite import kept_secrets


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data" / "secret_key"


def test_it_makes_a_secret_once(file):
    assert kept_secrets.kept_secret(file) == kept_secrets.kept_secret(file)


def test_it_makes_long_secrets(file):
    assert len(kept_secrets.kept_secret(file)) >= 50


def test_only_its_owner_can_read_it(file):
    kept_secrets.kept_secret(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_first_of_two_processes_wins(file, monkeypatch):
    def while_another_process_is_faster():
        file.write_text("of the other process")
        return "too late"

    monkeypatch.setattr(kept_secrets, "new_secret", while_another_process_is_faster)
    assert kept_secrets.kept_secret(file) == "of the other process"
    assert list(file.parent.iterdir()) == [file]


def test_it_notes_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    wrong = {}
    monkeypatch.setattr(kept_secrets, "WRONG", wrong)
    (tmp_path / "data").write_text("a file where the folder should be")
    assert kept_secrets.kept_secret(tmp_path / "data" / "secret_key")
    assert list(wrong) == ["DATA_DIR"]
