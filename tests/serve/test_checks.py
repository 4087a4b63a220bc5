"""The system checks of the settings."""

import os
import subprocess
import sys

import pytest
from django.test import override_settings

from proxysite import checks
from proxysite.environment import BASE_DIR

POSTGRESQL = {"default": {"ENGINE": "django.db.backends.postgresql"}}


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("check", "settings", "expected"),
    [
        pytest.param(checks.usable_values, {"WRONG_SETTINGS": {}}, [], id="values: fine"),
        pytest.param(checks.usable_values, {"WRONG_SETTINGS": {"PORT": "is wrong"}}, ["proxysite.E001"], id="values"),
        pytest.param(checks.debug_is_private, {"DEBUG": True, "HOST": "127.0.0.1"}, [], id="DEBUG alone"),
        pytest.param(checks.debug_is_private, {"DEBUG": True, "HOST": "0.0.0.0"}, ["proxysite.E002"], id="DEBUG"),
        pytest.param(checks.debug_is_private, {"DEBUG": False, "HOST": "0.0.0.0"}, [], id="no DEBUG"),
        pytest.param(checks.shared_secret, {"DATABASES": POSTGRESQL}, ["proxysite.E003"], id="no SECRET_KEY"),
        pytest.param(checks.safe_libraries, {}, [], id="libraries"),
        pytest.param(checks.writable_data, {}, [], id="DATA_DIR"),
        pytest.param(checks.named_hosts, {"ALLOWED_HOSTS": ["a.example"]}, [], id="named hosts"),
        pytest.param(checks.named_hosts, {"ALLOWED_HOSTS": ["*"]}, ["proxysite.W001"], id="any host"),
        pytest.param(checks.named_front, {"FORWARDED_ALLOW_IPS": "10.0.0.1"}, [], id="a named front"),
        pytest.param(checks.named_front, {"FORWARDED_ALLOW_IPS": "*"}, ["proxysite.W002"], id="any front"),
    ],
)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_it_finds_what_is_wrong(monkeypatch, check, settings, expected):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with override_settings(**settings):
        assert ids(check()) == expected


def test_it_accepts_postgresql_with_a_secret_key(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")
    assert checks.shared_secret() == []


def test_it_names_a_missing_library(monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert [message.msg for message in checks.safe_libraries()] == [
        "The library httptools is missing.",
        "The library uvloop is missing.",
    ]


def test_it_refuses_a_data_folder_that_is_a_file(settings, tmp_path):
    (tmp_path / "data").touch()
    settings.DATA_DIR = tmp_path / "data" / "inside"
    assert ids(checks.writable_data()) == ["proxysite.E005"]


def test_all_messages_have_a_hint(settings):
    settings.WRONG_SETTINGS = {"PORT": "is wrong"}
    settings.ALLOWED_HOSTS = ["*"]
    assert all(message.hint for message in [*checks.usable_values(), *checks.named_hosts()])


def manage(*arguments, **variables):
    environment = {**os.environ, "SECRET_KEY": "s3cret-" * 9, **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, cwd=BASE_DIR, capture_output=True, text=True
    )


def test_a_deployment_as_documented_raises_no_warning():
    run = manage("check", "--deploy", "--fail-level", "WARNING", PUBLIC_URL="https://proxy.example.com", HOST="0.0.0.0")
    assert run.returncode == 0, run.stderr


def test_no_command_runs_over_wrong_settings():
    run = manage("migrate", DATABASE_URL="nonsense")
    assert run.returncode == 1
    assert "DATABASE_URL is not like postgres://" in run.stderr
