"""Every setting, from the environment, from `.env` beside manage.py, or a default that works on one machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import dj_database_url
from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE points to (as container secrets come)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text().strip()
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    return text(name, str(default)).lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """The variable as a whole number of its first word; a wrong one is reported by a system check."""
    value = text(name).split()
    return int(value[0]) if value and value[0].isdigit() else default


DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / ".data")))


def generated_secret(name: str) -> str:
    """The variable, else a secret made once and kept under DATA_DIR for its owner alone."""
    if given := text(name):
        return given
    file = DATA_DIR / name.lower()
    if not file.exists():
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = file.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(48))
        try:
            os.link(made, file)
        except FileExistsError:
            pass  # another process was first: its secret is the one
        finally:
            made.unlink()
    return file.read_text().strip()


def derived(label: str) -> bytes:
    """A key of its own for each purpose, so that one leaked use does not open the others."""
    return hmac.digest(SECRET_KEY.encode(), label.encode(), hashlib.sha256)


DEBUG = flag("DEBUG")
SECRET_KEY = generated_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = text("SECRET_KEY_FALLBACKS").split(",") if text("SECRET_KEY_FALLBACKS") else []
KEY_PEPPER = text("KEY_PEPPER").encode() or derived("client keys")
SIGNATURE_SECRET = text("SIGNATURE_SECRET").encode() or derived("reasoning signatures")
CREDENTIALS_KEYS = [
    base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
    for secret in generated_secret("CREDENTIALS_SECRET").split(",")
]

PUBLIC_URL = text("PUBLIC_URL")
ALLOWED_HOSTS = text("ALLOWED_HOSTS", "*" if not PUBLIC_URL else "").split(",")
ROOT_URLCONF = "proxysite.urls"
ASGI_APPLICATION = "proxysite.asgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "routing",
    "accounting",
    "proxysite",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
POSTGRESQL_OPTIONS = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}


def database(url: str) -> dict[str, object]:
    parsed = dj_database_url.parse(url)
    options = SQLITE_OPTIONS if "sqlite3" in parsed["ENGINE"] else POSTGRESQL_OPTIONS
    return {**parsed, "OPTIONS": {**options, **parsed.get("OPTIONS", {})}}


DATABASES = {"default": database(text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'proxy.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
TIME_ZONE = text("TIME_ZONE", "UTC")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = text("STATIC_ROOT") or None
SERVESTATIC_USE_FINDERS = STATIC_ROOT is None
