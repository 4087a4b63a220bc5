"""`manage.py rotate_credentials`: when a new secret is in front of CREDENTIALS_SECRET, before the old one goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from routing.credentials import Unreadable, resealed


class Command(BaseCommand):
    help = "Encrypt all stored credentials and secrets again, under the newest key of CREDENTIALS_SECRET."

    def handle(self, **_: Any) -> None:
        with transaction.atomic():
            rows = list(sealed_rows())
            for row in rows:
                try:
                    row.sealed = resealed(row.sealed)
                except Unreadable as error:
                    raise CommandError(
                        f"Credential {row.hint} of {owner(row)}: {error}. Nothing was changed."
                    ) from error
                row.save(update_fields=["sealed"])
        self.stdout.write(f"{len(rows)} credentials are under the newest key.")


def sealed_rows() -> Iterator[Any]:
    """All that hold a secret: those of every model, of whatever app, that a secret is `put` into."""
    for model in apps.get_models():
        if hasattr(model, "put"):
            yield from model._default_manager.exclude(sealed="")


def owner(row: Any) -> str:
    return f"backend {row.backend}" if hasattr(row, "backend") else str(row)
