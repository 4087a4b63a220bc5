"""System checks of the settings: one clear line each, before anything is served (`manage.py check`).

E001 a variable has a value that cannot be used     E002 DEBUG, and others can reach the service
E003 PostgreSQL without SECRET_KEY                  E004 a library is missing without which requests are not safe
E005 DATA_DIR cannot be written
W001 others reach the service under any name        W002 everybody's X-Forwarded-For is believed
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from proxysite.environment import text


def usable_values(**_: object) -> list[CheckMessage]:
    hint = "Change it in the environment or in .env; proxysite/docs/settings.md says what each variable takes."
    return [Error(f"{name} {what}.", hint=hint, id="proxysite.E001") for name, what in settings.WRONG_SETTINGS.items()]


def debug_is_private(**_: object) -> list[CheckMessage]:
    """Django's error pages show settings and local variables, prompts among them."""
    if not settings.DEBUG or settings.HOST in settings.LOOPBACK:
        return []
    hint = "Unset DEBUG, or set HOST to 127.0.0.1."
    return [Error(f"DEBUG is on while HOST is {settings.HOST!r}.", hint=hint, id="proxysite.E002")]


def shared_secret(**_: object) -> list[CheckMessage]:
    if text("SECRET_KEY") or "postgresql" not in str(settings.DATABASES["default"]["ENGINE"]):
        return []
    hint = (
        "All hosts need the same one, or the keys and credentials of one are unreadable to the other. "
        """Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"."""
    )
    return [Error("DATABASE_URL names a PostgreSQL, but SECRET_KEY is not set.", hint=hint, id="proxysite.E003")]


def safe_libraries(**_: object) -> list[CheckMessage]:
    """uvicorn would silently fall back to h11, which can be made to see one request as two."""
    hint = "Install the requirements: pip install -r proxysite/deploy/requirements.lock"
    return [
        Error(f"The library {name} is missing.", hint=hint, id="proxysite.E004")
        for name in ("httptools", "uvloop")
        if find_spec(name) is None
    ]


def writable_data(**_: object) -> list[CheckMessage]:
    folder: Path = settings.DATA_DIR
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return []
    hint = "The journal of the usage is kept there, also with PostgreSQL. Name a folder of this user's with DATA_DIR."
    return [Error(f"DATA_DIR {str(folder)!r} cannot be written.", hint=hint, id="proxysite.E005")]


def named_hosts(**_: object) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "Set PUBLIC_URL (https://proxy.example.com) to the address that people use, or ALLOWED_HOSTS."
    return [Warning("The admin answers under any host name.", hint=hint, id="proxysite.W001")]


def named_front(**_: object) -> list[CheckMessage]:
    if settings.FORWARDED_ALLOW_IPS != "*":
        return []
    hint = "Set FORWARDED_ALLOW_IPS to the addresses of what stands in front."
    return [Warning("Anybody's X-Forwarded-For and -Proto are believed.", hint=hint, id="proxysite.W002")]


ALWAYS: Sequence[Callable[..., list[CheckMessage]]] = (
    usable_values,
    debug_is_private,
    shared_secret,
    safe_libraries,
    writable_data,
)
DEPLOYED = (named_hosts, named_front)


def register_all() -> None:
    for check in ALWAYS:
        register(check, "proxysite")
    for check in DEPLOYED:
        register(check, Tags.security, deploy=True)
