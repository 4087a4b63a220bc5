"""Everything between the settings and the first request: from an empty folder to a service that can answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.core.checks import ERROR, WARNING, CheckMessage, Tags, run_checks

from proxysite.demo.application import MODEL
from proxysite.demo.server import start_beside
from proxysite.environment import HOME
from proxysite.serving import database
from proxysite.serving.first_start import issue_first_key, make_admin
from proxysite.serving.greeting import Greeting
from proxysite.serving.local_backends import LocalBackend, local_backends
from routing.environment import import_environment
from routing.models import Backend

BACKENDS_SHOWN = 3
TIERS = ("BIG_MODEL", "MIDDLE_MODEL", "SMALL_MODEL")
BACKEND_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_KEY", "AZURE_API_VERSION", *TIERS)


class NotStartable(Exception):
    """The settings, or what is stored, do not allow a start; a line for each reason."""


def checked(**what: Any) -> list[str]:
    """The warnings of the system checks; their errors refuse the start."""
    messages = [message for message in run_checks(**what) if not message.is_silenced()]
    if errors := [line(message) for message in messages if message.level >= ERROR]:
        raise NotStartable("\n".join(errors))
    return [line(message) for message in messages if message.level == WARNING]


def line(message: CheckMessage) -> str:
    return f"{message.msg} {message.hint or ''}".rstrip()


def prepare(url: str, port: int, accept: Callable[[LocalBackend], bool]) -> Greeting:
    """`accept` is asked about backends found on this machine when none is configured."""
    warnings = checked()
    with database.alone():
        database.migrate()
        import_environment(os.environ)
        warnings += checked(tags=[Tags.database], databases=["default"])
        admin_password, client_key = make_admin(), issue_first_key()
    if not Backend.objects.enabled().exists():
        for found in local_backends(port):
            if accept(found):
                use(found)
                break
    backends = list(Backend.objects.enabled().values_list("base_url", flat=True)[:BACKENDS_SHOWN])
    database.release()
    return Greeting(url, backends, warnings, admin_password, client_key)


def use(found: LocalBackend) -> None:
    """Now, and after the next start."""
    with (HOME / ".env").open("a") as file:
        file.write("\n" + "".join(f"{variable}\n" for variable in found.lines))
    os.environ.update(found.variables)
    with database.alone():
        import_environment(os.environ)


def use_demo() -> None:
    """Until the process ends: the next start without it finds what is configured otherwise."""
    for name in BACKEND_VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(OPENAI_BASE_URL=start_beside(), BIG_MODEL=MODEL)
