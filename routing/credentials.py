"""The credentials of backends at rest: encrypted under CREDENTIALS_KEYS, or the name of an environment variable.

What is stored is either `env:NAME` or a Fernet token. The database and a backup of it are of no use without the keys;
they are apart from SECRET_KEY and rotate: put a new one in front, run `rotate_credentials`, drop the old one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

REFERENCE = "env:"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
PRIVATE_NAMES = frozenset(
    {"SECRET_KEY", "KEY_PEPPER", "SIGNATURE_SECRET", "CREDENTIALS_SECRET", "DATABASE_URL", "EMAIL_HOST_PASSWORD"}
)
"""Our own secrets: a reference would send them to a backend."""


class Unreadable(Exception):
    """A stored credential that none of the keys opens."""


def seal(secret: str) -> str:
    """The text to store for a secret that was typed; a reference stays as it is."""
    secret = secret.strip()
    if secret.startswith(REFERENCE):
        return secret
    return _fernet().encrypt(secret.encode()).decode()


def opened(stored: str) -> str | None:
    """The credential; None where it is a reference to a variable that is not set."""
    if stored.startswith(REFERENCE):
        return environment_value(stored.removeprefix(REFERENCE))
    try:
        return _fernet().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("it was stored under a CREDENTIALS_SECRET that is not among the present ones") from error


def is_readable(stored: str) -> bool:
    try:
        opened(stored)
    except Unreadable:
        return False
    return True


def resealed(stored: str) -> str:
    """The same secret under the newest key."""
    if stored.startswith(REFERENCE):
        return stored
    try:
        return _fernet().rotate(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("none of the keys in CREDENTIALS_SECRET opens it") from error


def hint(secret: str) -> str:
    """What the admin shows of a credential: enough to tell it from another one."""
    secret = secret.strip()
    if secret.startswith(REFERENCE):
        return secret
    if len(secret) < 16:
        return "…"
    start = secret[:3] if secret[2] in "-_" else ""
    return f"{start}…{secret[-4:]}"


def wrong_reference(text: str) -> str | None:
    """What is wrong with a text that begins as a reference; None when it is fine, or no reference."""
    if not text.startswith(REFERENCE):
        return None
    name = text.removeprefix(REFERENCE)
    if not NAME.match(name):
        return "After “env:” comes the name of an environment variable."
    if name.removesuffix("_FILE") in PRIVATE_NAMES:
        return f"{name} is a secret of this gateway itself."
    return None


def environment_value(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The variable, or the content of the file that NAME_FILE points to (as container secrets come)."""
    if file := environ.get(f"{name}_FILE"):
        path = Path(file)
        return path.read_text().strip() if path.is_file() else None
    return environ.get(name, "").strip() or None


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])
