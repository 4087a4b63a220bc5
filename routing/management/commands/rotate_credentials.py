"""`manage.py rotate_credentials`: when a new secret is in front of CREDENTIALS_SECRET, before the old one goes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from routing.credentials import Unreadable
from routing.models import BackendCredential


class Command(BaseCommand):
    help = "Encrypt all backend credentials again, under the newest key of CREDENTIALS_SECRET."

    def handle(self, **_: Any) -> None:
        with transaction.atomic():
            for row in BackendCredential.objects.select_related("backend"):
                try:
                    row.reseal()
                except Unreadable as error:
                    raise CommandError(
                        f"Credential {row} of backend {row.backend}: {error}. Nothing was changed."
                    ) from error
                row.save(update_fields=["sealed"])
        self.stdout.write(f"{BackendCredential.objects.count()} credentials are under the newest key.")
