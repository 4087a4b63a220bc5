"""Every setting: from the environment, from `.env` beside manage.py, or a default that works on one machine.

`proxysite/docs/settings.md` explains them to people.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
import django

from proxysite.environment import BASE_DIR as BASE_DIR
from proxysite.environment import HOME, WRONG, choice, flag, items, number, text
from proxysite.kept_secrets import kept_secret

WRONG_SETTINGS = WRONG
DATA_DIR = HOME / Path(text("DATA_DIR", ".data")).expanduser()


def derived(label: str, secret: str = "") -> bytes:
    """A key of its own for each purpose, so that one leaked use does not open the others."""
    return hmac.digest((secret or SECRET_KEY).encode(), label.encode(), hashlib.sha256)


def credentials_keys() -> list[bytes]:
    """What backend credentials are encrypted with: the first encrypts, all of them decrypt.

    Hosts that share a database share SECRET_KEY, so the key comes from it where it is given; what was encrypted
    with the secret kept in DATA_DIR before stays readable.
    """
    kept = DATA_DIR / "credentials_secret"
    if given := items("CREDENTIALS_SECRET"):
        keys = [hashlib.sha256(secret.encode()).digest() for secret in given]
    elif text("SECRET_KEY"):
        keys = [derived("backend credentials", secret) for secret in (SECRET_KEY, *SECRET_KEY_FALLBACKS)]
        keys += [hashlib.sha256(kept_secret(kept).encode()).digest()] if kept.exists() else []
    else:
        keys = [hashlib.sha256(kept_secret(kept).encode()).digest()]
    return [base64.urlsafe_b64encode(key) for key in keys]


DEBUG = flag("DEBUG")
SECRET_KEY = text("SECRET_KEY") or kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = items("SECRET_KEY_FALLBACKS")
KEY_PEPPER = text("KEY_PEPPER").encode() or derived("client keys")
SIGNATURE_SECRET = text("SIGNATURE_SECRET").encode() or derived("reasoning signatures")
CREDENTIALS_KEYS = credentials_keys()


def public_url() -> str:
    """Where people and clients reach this service when that is not HOST and PORT: https://proxy.example.com."""
    url = text("PUBLIC_URL").rstrip("/")
    try:
        parts = urlsplit(url)
        usable = not url or (parts.scheme in {"http", "https"} and parts.hostname and parts[2:] == ("", "", ""))
    except ValueError:
        usable = False
    if not usable:
        WRONG["PUBLIC_URL"] = f"is {url!r}, which is not like https://proxy.example.com, without a path"
    return url if usable else ""


def allowed_hosts(host: str) -> list[str]:
    """Names under which the pages answer: the given ones, else PUBLIC_URL's, else any once HOST lets others in."""
    own = ["localhost", "127.0.0.1", "[::1]"]
    if given := items("ALLOWED_HOSTS"):
        return given
    if PUBLIC_URL:
        return [urlsplit(PUBLIC_URL).hostname or "", *own]
    return own if host in LOOPBACK else ["*"]


LOOPBACK = ("127.0.0.1", "localhost", "::1")
HOST = text("HOST", "127.0.0.1")
PORT = number("PORT", 8082, highest=65535)
WORKERS = number("WORKERS", 1, lowest=1, highest=256)
GRACE_SECONDS = number("GRACE_SECONDS", 120)
PING_SECONDS = number("PING_SECONDS", 10, lowest=1)
HEAD_SECONDS = number("HEAD_SECONDS", 20, lowest=1)
BODY_SECONDS = number("BODY_SECONDS", 60, lowest=1)
FETCH_URLS = flag("FETCH_URLS")
METRICS_TOKEN = text("METRICS_TOKEN")
ACCOUNTING_FAIL = choice("ACCOUNTING_FAIL", "open", ("open", "closed"))
BUDGET_BLIND_USD = number("BUDGET_BLIND_USD", 5)
USAGE_RETENTION_DAYS = number("USAGE_RETENTION_DAYS", 0, highest=36_500)
CAPTURE_RETENTION_HOURS = number("CAPTURE_RETENTION_HOURS", 24, lowest=1)
FORWARDED_ALLOW_IPS = text("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
LOG_LEVEL = choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error", "critical")).upper()
PUBLIC_URL = public_url()
ALLOWED_HOSTS = allowed_hosts(HOST)
ROOT_URLCONF = "proxysite.urls"
ASGI_APPLICATION = "proxysite.asgi.application"

INSTALLED_APPS = [
    "proxysite",  # first: its admin templates go before Django's
    "proxysite.admin_config.ProxyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "routing",
    "accounting",
    "proxysite.inspector",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "proxysite.content_security.ContentSecurityMiddleware",
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

DATABASE_OPTIONS: dict[str, dict[str, object]] = {
    "django.db.backends.sqlite3": {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    },
    "django.db.backends.postgresql": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
}


def database(url: str) -> dict[str, object]:
    try:
        parsed = dj_database_url.parse(url)
        options = DATABASE_OPTIONS[parsed["ENGINE"]]
    except (ValueError, KeyError):  # the address may hold a password: the message does not repeat it
        WRONG["DATABASE_URL"] = "is not like postgres://user:password@host:5432/name or sqlite:////data/proxy.sqlite3"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}  # no other database is used by mistake
    return {**parsed, "OPTIONS": {**options, **parsed.get("OPTIONS", {})}}


DATABASES = {"default": database(text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'proxy.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_RULES = ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{rule}Validator"} for rule in PASSWORD_RULES
]
AUTHENTICATION_BACKENDS = ["proxysite.login_throttle.ThrottledBackend"]
SESSION_COOKIE_AGE = 12 * 60 * 60

if PUBLIC_URL.startswith("https://"):
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 365 * 24 * 60 * 60)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: they may not be ours to decide about
    "security.W008",  # redirects to https are for what ends TLS in front; here they would loop behind an untrusted one
    "security.W021",  # HSTS preloading: a decision about a whole domain
]


def time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        WRONG["TIME_ZONE"] = f"is {name!r}, which is not like Europe/Berlin"
        return "UTC"
    return name


MAIL_SERVER = text("EMAIL_HOST")
MAIL_OPTIONS: dict[str, object] = {
    "host": MAIL_SERVER or "localhost",
    "port": number("EMAIL_PORT", 25, lowest=1, highest=65535),
    "username": text("EMAIL_HOST_USER"),
    "password": text("EMAIL_HOST_PASSWORD"),
    "use_tls": flag("EMAIL_USE_TLS"),
    "use_ssl": flag("EMAIL_USE_SSL"),
    "timeout": 10,
}
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "claude-code-proxy@localhost")
if MAIL_OPTIONS["use_tls"] and MAIL_OPTIONS["use_ssl"]:
    WRONG["EMAIL_USE_SSL"] = "is on together with EMAIL_USE_TLS, and only one of them can be"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": MAIL_OPTIONS}}
else:
    EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = (MAIL_OPTIONS[name] for name in ("host", "port", "timeout"))
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (MAIL_OPTIONS[name] for name in ("username", "password"))
    EMAIL_USE_TLS, EMAIL_USE_SSL = (MAIL_OPTIONS[name] for name in ("use_tls", "use_ssl"))

LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = "proxysite.formats"
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = time_zone(text("TIME_ZONE", "UTC"))
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = text("STATIC_ROOT") or None
SERVESTATIC_USE_FINDERS = STATIC_ROOT is None
SERVESTATIC_ALLOW_ALL_ORIGINS = False  # no page of another origin has business here
if STATIC_ROOT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "proxysite.redaction.RedactingFormatter"}},
    "filters": {"without traceback": {"()": "proxysite.redaction.WithoutTraceback"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        **{package: {"level": LOG_LEVEL} for package in ("proxysite", "routing", "conversion", "accounting")},
        "django": {"handlers": [], "level": "WARNING"},
        "django.security.DisallowedHost": {"filters": ["without traceback"]},  # strangers can have it logged at will
        "django.request": {"level": "ERROR"},  # a page that is not found is nobody's error
    },
}
