"""`manage.py test`: what it hands to pytest, without running it."""

import os
import sys

import pytest
from django.core.management import ManagementUtility
from django.core.management.base import CommandError

from proxysite.management.commands import test as test_command


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the command; the words and the environment that pytest would have got."""
    started = []
    monkeypatch.setattr(test_command, "HOME", tmp_path)
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    monkeypatch.setattr(os, "execve", lambda program, words, environment: started.append((words, environment)))

    def run(*arguments):
        ManagementUtility(["manage.py", "test", *arguments]).execute()
        return started.pop() if started else None

    return run


def test_it_leaves_full_tests_out_and_says_so(run, capsys):
    words, _ = run()
    assert words == [sys.executable, "-m", "pytest", "-m", "not full"]
    assert "tests marked `full` are left out" in capsys.readouterr().out


def test_it_runs_all_with_full(run, monkeypatch):
    monkeypatch.setattr(test_command, "which", lambda name: f"/usr/bin/{name}")
    words, _ = run("--full")
    assert words == [sys.executable, "-m", "pytest"]


def test_it_names_programs_that_full_tests_miss(run, monkeypatch, capsys):
    monkeypatch.setattr(test_command, "which", lambda name: None)
    run("--full")
    assert "chromedriver is not found (Debian's package chromium-driver)" in capsys.readouterr().out


def test_it_hands_all_other_arguments_to_pytest(run):
    words, _ = run("tests/conversion", "-k", "stop", "-x", "-vv")
    assert words[-5:] == ["tests/conversion", "-k", "stop", "-x", "-vv"]


def test_its_help_is_its_own(run, capsys):
    assert run("--help") is None
    assert "pytest" in capsys.readouterr().out


def test_it_takes_settings_and_env_file_back(run, monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("FROM_FILE=1\nCHANGED=1\n")
    for name, value in {"FROM_FILE": "1", "CHANGED": "2", "OTHER": "3"}.items():
        monkeypatch.setenv(name, value)
    _, environment = run()
    assert "DJANGO_SETTINGS_MODULE" not in environment
    assert {name: environment.get(name) for name in ("FROM_FILE", "CHANGED", "OTHER")} == {
        "FROM_FILE": None,
        "CHANGED": "2",
        "OTHER": "3",
    }


def test_it_says_what_is_missing_without_pytest(run, monkeypatch):
    monkeypatch.setattr(test_command, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match=r"requirements-test\.lock"):
        test_command.Command().handle([])
