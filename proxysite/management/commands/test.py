"""`manage.py test`: pytest, as continuous integration runs it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from shutil import which
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from dotenv import dotenv_values

from proxysite.environment import HOME

PROGRAMS = {
    "chromium": "Debian's package chromium",
    "chromedriver": "Debian's package chromium-driver",
    "npm": "Debian's package npm",
}


class Command(BaseCommand):
    help = "Run the tests with pytest; --full adds those marked `full`. All other arguments are pytest's."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Django's parser would refuse pytest's options."""
        arguments = argv[2:]
        if {"-h", "--help"} & set(arguments):
            self.print_help(argv[0], argv[1])
        else:
            self.execute(arguments, force_color=False, no_color=False, skip_checks=True)

    def handle(self, arguments: list[str], **_: Any) -> None:
        if find_spec("pytest_django") is None:
            raise CommandError("pytest-django is missing here: pip install -r proxysite/deploy/requirements-test.lock")
        full = "--full" in arguments
        for remark in missing_programs() if full else ["Without --full, tests marked `full` are left out."]:
            self.stdout.write(remark)
        self.stdout.flush()
        selection = [] if full else ["-m", "not full"]
        command = [sys.executable, "-m", "pytest", *selection, *(a for a in arguments if a != "--full")]
        os.chdir(HOME)
        os.execve(sys.executable, command, clean_environment())  # noqa: S606 (pytest, in a process without settings)


def missing_programs() -> list[str]:
    missing = [name for name in PROGRAMS if which(name) is None]
    return [f"{name} is not found ({PROGRAMS[name]}): tests that need it are skipped." for name in missing]


def clean_environment() -> dict[str, str]:
    """Without what manage.py put into it: the tests have settings of their own (`tests/settings.py`)."""
    from_file = dotenv_values(HOME / ".env").items()
    added = {name for name, value in from_file if os.environ.get(name) == value} | {"DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in added}
