"""The first start on a fresh machine. What is installed, and where the command goes on, is recorded instead of done."""

import os
import sys

import pytest

from proxysite import bootstrap


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A checkout with locks, and no environment that has the requirements."""
    environment = tmp_path / ".venv"
    deploy = tmp_path / "deploy"
    deploy.mkdir()
    for lock in bootstrap.LOCKS:
        (deploy / lock).write_text(f"pinned for {lock}")
    monkeypatch.setattr(bootstrap, "DEPLOY", deploy)
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", environment)
    monkeypatch.setattr(bootstrap, "PYTHON", environment / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", environment / "stamp")
    monkeypatch.setattr(bootstrap, "is_equipped", lambda: False)
    monkeypatch.delenv("DJANGO_NO_BOOTSTRAP", raising=False)
    return tmp_path


@pytest.fixture
def commands(tree, monkeypatch):
    """What would have been run: each command's words."""
    commands = []

    def run(command):
        commands.append([str(word) for word in command])
        if "venv" in command:
            bootstrap.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            bootstrap.PYTHON.touch()

    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(os, "execv", lambda program, words: commands.append(["again in", str(program), *words[1:]]))
    return commands


@pytest.fixture
def without_uv(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)


@pytest.mark.parametrize(
    ("arguments", "level"),
    [
        pytest.param(["serve"], bootstrap.SERVE, id="serve"),
        pytest.param(["serve", "--demo"], bootstrap.SERVE, id="serve with options"),
        pytest.param(["test", "tests/conversion"], bootstrap.TEST, id="test"),
        pytest.param(["test", "--full"], bootstrap.FULL, id="test --full"),
        pytest.param(["migrate"], None, id="any other command is plain Django"),
        pytest.param([], None, id="none"),
    ],
)
def test_it_knows_what_a_command_needs(arguments, level):
    assert bootstrap.wanted_level(arguments) == level


def test_it_makes_the_environment_with_pip_and_goes_on_there(commands, without_uv):
    bootstrap.ensure_environment(["manage.py", "serve", "--demo"])

    made, installed, again = commands
    assert made == [sys.executable, "-m", "venv", "--clear", str(bootstrap.ENVIRONMENT)]
    assert installed[1:4] == ["-m", "pip", "install"]
    assert installed[-3:] == ["--require-hashes", "-r", str(bootstrap.DEPLOY / "requirements.lock")]
    assert again == ["again in", str(bootstrap.PYTHON), "manage.py", "serve", "--demo"]


def test_it_takes_uv_where_it_is_installed(commands, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/somewhere/uv")
    bootstrap.ensure_environment(["manage.py", "test"])

    made, installed, _ = commands
    assert made[:2] == ["/somewhere/uv", "venv"]
    assert installed[:5] == ["/somewhere/uv", "pip", "install", "--python", str(bootstrap.PYTHON)]
    assert installed[-1].endswith("requirements-test.lock")


def test_it_installs_nothing_when_nothing_changed(commands, without_uv):
    bootstrap.ensure_environment(["manage.py", "test"])
    commands.clear()
    bootstrap.ensure_environment(["manage.py", "test"])
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert [words[0] for words in commands] == ["again in", "again in"]


def test_it_adds_what_another_command_needs(commands, without_uv):
    bootstrap.ensure_environment(["manage.py", "serve"])
    commands.clear()
    bootstrap.ensure_environment(["manage.py", "test"])

    installed, _ = commands
    assert installed[-1].endswith("requirements-test.lock")


def test_it_installs_again_after_new_pins(commands, without_uv):
    bootstrap.ensure_environment(["manage.py", "serve"])
    commands.clear()
    (bootstrap.DEPLOY / "requirements.lock").write_text("pinned anew")
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert [words[0] for words in commands] == [str(bootstrap.PYTHON), "again in"]


def test_it_makes_an_environment_anew_whose_making_was_interrupted(commands, without_uv, monkeypatch):
    def fail(command):
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(bootstrap, "run", fail)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.ensure_environment(["manage.py", "serve"])
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert len(commands) == 3


def test_it_makes_an_environment_of_another_python_anew(commands, without_uv, monkeypatch):
    bootstrap.ensure_environment(["manage.py", "serve"])
    commands.clear()
    monkeypatch.setattr(bootstrap, "python_version", lambda: "3.99")
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert commands[0][1:4] == ["-m", "venv", "--clear"]


@pytest.mark.parametrize("command", ["serve", "test", "issue_key"])
def test_it_goes_on_where_the_requirements_are(commands, monkeypatch, command):
    monkeypatch.setattr(bootstrap, "is_equipped", lambda: True)
    bootstrap.ensure_environment(["manage.py", command])

    assert commands == []


def test_it_goes_on_inside_its_own_environment(commands, without_uv, monkeypatch):
    bootstrap.ensure_environment(["manage.py", "serve"])
    commands.clear()
    monkeypatch.setattr(sys, "prefix", str(bootstrap.ENVIRONMENT))
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert commands == []


def test_it_updates_its_own_environment_from_inside(commands, without_uv, monkeypatch):
    bootstrap.ensure_environment(["manage.py", "serve"])
    commands.clear()
    monkeypatch.setattr(sys, "prefix", str(bootstrap.ENVIRONMENT))
    monkeypatch.setattr(bootstrap, "is_equipped", lambda: True)
    bootstrap.ensure_environment(["manage.py", "test"])

    assert [words[0] for words in commands] == [str(bootstrap.PYTHON), "again in"]


def test_other_commands_run_in_that_environment_too(commands, without_uv):
    bootstrap.ensure_environment(["manage.py", "serve"])
    commands.clear()
    bootstrap.ensure_environment(["manage.py", "issue_key", "somebody"])

    assert commands == [["again in", str(bootstrap.PYTHON), "manage.py", "issue_key", "somebody"]]


def test_other_commands_make_no_environment(commands):
    with pytest.raises(SystemExit, match=r"manage\.py serve"):
        bootstrap.ensure_environment(["manage.py", "issue_key", "somebody"])


@pytest.fixture
def foreign(tree):
    (bootstrap.ENVIRONMENT / "lib" / "python3.12" / "site-packages" / "django").mkdir(parents=True)


def test_it_uses_an_environment_that_somebody_else_made_as_it_is(commands, foreign):
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert commands == [["again in", str(bootstrap.PYTHON), "manage.py", "serve"]]


def test_it_says_so_when_that_one_lacks_requirements(commands, foreign, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(bootstrap.ENVIRONMENT))
    with pytest.raises(SystemExit, match="lacks requirements"):
        bootstrap.ensure_environment(["manage.py", "serve"])


def test_it_can_be_switched_off(commands, monkeypatch):
    monkeypatch.setenv("DJANGO_NO_BOOTSTRAP", "1")
    bootstrap.ensure_environment(["manage.py", "serve"])

    assert commands == []


def test_it_names_the_python_that_is_needed(commands, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0, "final", 0))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed"):
        bootstrap.ensure_environment(["manage.py", "serve"])


def test_it_stops_when_an_installer_fails():
    with pytest.raises(SystemExit, match="failed with exit code 3"):
        bootstrap.run([sys.executable, "-c", "raise SystemExit(3)"])
