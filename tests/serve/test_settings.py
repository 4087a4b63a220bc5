"""The settings module, run as a whole over a changed environment."""

import runpy
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet

import proxysite.settings
from proxysite import environment


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """The settings as these variables make them; what is wrong with them is in WRONG_SETTINGS."""

    def run(**variables):
        environment.WRONG.clear()
        for name, value in {"DATA_DIR": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(Path(proxysite.settings.__file__)))

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    yield run
    environment.WRONG.clear()


@pytest.mark.parametrize(
    ("variables", "hosts"),
    [
        pytest.param({}, ["localhost", "127.0.0.1", "[::1]"], id="this machine"),
        pytest.param({"HOST": "0.0.0.0"}, ["*"], id="others are let in"),
        pytest.param(
            {"HOST": "0.0.0.0", "PUBLIC_URL": "https://proxy.example.com/"},
            ["proxy.example.com", "localhost", "127.0.0.1", "[::1]"],
            id="under a public name",
        ),
        pytest.param({"ALLOWED_HOSTS": "a.example"}, ["a.example"], id="as given"),
    ],
)
def test_pages_answer_under_these_names(settings_with, variables, hosts):
    assert settings_with(**variables)["ALLOWED_HOSTS"] == hosts


def test_a_public_https_address_makes_cookies_secure(settings_with):
    settings = settings_with(PUBLIC_URL="https://proxy.example.com")
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://proxy.example.com"]
    assert settings["SECURE_HSTS_SECONDS"] > 0


def test_a_plain_address_leaves_them_usable(settings_with):
    assert "SESSION_COOKIE_SECURE" not in settings_with()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("WORKERS", "0"),
        ("DEBUG", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("PUBLIC_URL", "https://proxy.example.com/claude"),
        ("PUBLIC_URL", "proxy.example.com"),
        ("PUBLIC_URL", "https://[half"),
        ("DATABASE_URL", "mysql://user@host/name"),
        ("DATABASE_URL", "nonsense"),
    ],
)
def test_a_wrong_value_is_noted(settings_with, name, value):
    assert list(settings_with(**{name: value})["WRONG_SETTINGS"]) == [name]


def test_a_wrong_database_address_is_not_repeated(settings_with):
    wrong = settings_with(DATABASE_URL="oracle://user:secret-password@host/name")["WRONG_SETTINGS"]
    assert "secret-password" not in str(wrong)


def test_a_wrong_database_address_does_not_lead_to_another_database(settings_with):
    assert settings_with(DATABASE_URL="nonsense")["DATABASES"]["default"]["NAME"] == ":memory:"


def test_postgresql_has_a_pool(settings_with):
    database = settings_with(DATABASE_URL="postgres://user:p%40ss@host:5433/name")["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("host", 5433, "p@ss")
    assert database["OPTIONS"]["pool"]["max_size"] == 8


def test_secrets_are_made_once_and_kept(settings_with):
    first, second = settings_with(), settings_with()
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["CREDENTIALS_KEYS"] == second["CREDENTIALS_KEYS"]


def test_hosts_with_the_same_secret_key_agree_on_all_secrets(settings_with, tmp_path):
    here = settings_with(SECRET_KEY="shared", DATA_DIR=str(tmp_path / "here"))
    there = settings_with(SECRET_KEY="shared", DATA_DIR=str(tmp_path / "there"))
    for name in ("KEY_PEPPER", "SIGNATURE_SECRET", "CREDENTIALS_KEYS"):
        assert here[name] == there[name], name


def test_secrets_for_different_purposes_differ(settings_with):
    settings = settings_with(SECRET_KEY="shared")
    assert len({settings["KEY_PEPPER"], settings["SIGNATURE_SECRET"], *settings["CREDENTIALS_KEYS"]}) == 3


def box(settings):
    return MultiFernet([Fernet(key) for key in settings["CREDENTIALS_KEYS"]])


@pytest.mark.parametrize(
    "later",
    [
        pytest.param({"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": "old"}, id="another secret key"),
        pytest.param({"CREDENTIALS_SECRET": "newer,own"}, id="a secret of its own, rotated"),
    ],
)
def test_credentials_stay_readable_when_secrets_change(settings_with, later):
    before = {"SECRET_KEY": "old"} if "SECRET_KEY" in later else {"CREDENTIALS_SECRET": "own"}
    sealed = box(settings_with(**before)).encrypt(b"credential")
    assert box(settings_with(**later)).decrypt(sealed) == b"credential"


def test_credentials_stay_readable_when_a_secret_key_is_set_later(settings_with):
    sealed = box(settings_with()).encrypt(b"credential")
    assert box(settings_with(SECRET_KEY="set later")).decrypt(sealed) == b"credential"
