"""System checks: what would fail at the first request is said at the start.

E001 E002          settings: always
E003 W001 W002     the database: `check --database default`, `migrate`, and at the start of the service
W003               environment variables of the first set-up that say nothing usable
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from routing import keys
from routing.credentials import REFERENCE, environment_value
from routing.models import Backend, BackendCredential, ClientKey
from routing.variables import read_configuration

PEPPER_LENGTH = 16


@register(Tags.security)
def secrets_are_usable(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        usable = bool([Fernet(key) for key in settings.CREDENTIALS_KEYS])
    except ValueError:
        usable = False
    if not usable:
        hint = "Set CREDENTIALS_SECRET to one or more secrets, separated by commas, the newest one first."
        found.append(Error("CREDENTIALS_KEYS holds no usable keys.", hint=hint, id="routing.E001"))
    if len(settings.KEY_PEPPER) < PEPPER_LENGTH:
        hint = f"Set KEY_PEPPER to at least {PEPPER_LENGTH} random characters, or leave it empty."
        found.append(Error("KEY_PEPPER is too short to protect client keys.", hint=hint, id="routing.E002"))
    return found


@register
def environment_is_usable(**_: Any) -> list[CheckMessage]:
    complaints = read_configuration(os.environ).complaints
    return [
        Warning(complaint, hint="See the table of variables in README.md.", id="routing.W003")
        for complaint in complaints
    ]


@register(Tags.database)
def stored_secrets_are_usable(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    if not databases or "default" not in databases:
        return []
    try:
        return [*_unreadable_credentials(), *_unset_references(), *_keys_of_another_pepper()]
    except DatabaseError:
        return []  # away, or not migrated yet: others say so


def _unreadable_credentials() -> list[CheckMessage]:
    hint = "Put the secret that it was stored under back into CREDENTIALS_SECRET, or enter the credential again."
    return [
        Error(f"Credential {row} of backend {row.backend} cannot be opened.", hint=hint, id="routing.E003")
        for row in BackendCredential.objects.unreadable()
    ]


def _unset_references() -> list[CheckMessage]:
    """References to variables that this process does not have."""
    places = [
        (f"A credential of backend {row.backend}", row.sealed)
        for row in BackendCredential.objects.filter(sealed__startswith=REFERENCE).select_related("backend")
    ]
    for backend in Backend.objects.exclude(headers={}):
        places += [(f"Header {name} of backend {backend}", text) for name, text in backend.headers.items()]
    return [
        Warning(f"{place} is {text}, which is not set.", hint="Set the variable, or NAME_FILE.", id="routing.W001")
        for place, text in places
        if text.startswith(REFERENCE) and environment_value(text.removeprefix(REFERENCE)) is None
    ]


def _keys_of_another_pepper() -> list[CheckMessage]:
    lost = ClientKey.objects.filter(revoked_at=None).exclude(pepper=keys.pepper_id()).count()
    if not lost:
        return []
    message = f"{lost} client key(s) were issued under another KEY_PEPPER and are refused."
    hint = "Without KEY_PEPPER it follows from SECRET_KEY. Restore the old value, or issue new keys."
    return [Warning(message, hint=hint, id="routing.W002")]
