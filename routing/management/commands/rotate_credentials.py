"""`manage.py rotate_credentials`: when a new secret is in front of CREDENTIALS_SECRET, before the old one goes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from routing.credentials import Unreadable, resealed
from routing.models import BackendCredential, SearchEngine


class Command(BaseCommand):
    help = "Encrypt all backend credentials again, under the newest key of CREDENTIALS_SECRET."

    def handle(self, **_: Any) -> None:
        with transaction.atomic():
            rows: list[tuple[str, BackendCredential | SearchEngine]] = [
                *((f"of backend {row.backend}", row) for row in BackendCredential.objects.select_related("backend")),
                *((f"of {row}", row) for row in SearchEngine.objects.exclude(sealed="").select_related("team")),
            ]
            for place, row in rows:
                try:
                    row.sealed = resealed(row.sealed)
                except Unreadable as error:
                    raise CommandError(f"Credential {row.hint} {place}: {error}. Nothing was changed.") from error
                row.save(update_fields=["sealed"])
        self.stdout.write(f"{len(rows)} credentials are under the newest key.")
