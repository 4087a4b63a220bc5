"""`manage.py import_env`: make the rows say what the environment variables say, as `serve` does at each start."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand

from routing.environment import import_environment


class Command(BaseCommand):
    help = "Make backend, mappings and client key from the environment variables (OPENAI_API_KEY, BIG_MODEL…)."

    def handle(self, **_: Any) -> None:
        summary = import_environment(os.environ)
        for complaint in summary.complaints:
            self.stderr.write(complaint)
        self.stdout.write(str(summary))
