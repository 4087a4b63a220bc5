"""`manage.py serve`: from a fresh machine to a running service."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from proxysite.serving.greeting import offer
from proxysite.serving.local_backends import LocalBackend
from proxysite.serving.metrics_folder import share_metrics
from proxysite.serving.preparation import NotStartable, prepare, use_demo
from proxysite.serving.server import AddressUnusable, Plan, bound_socket, serve
from proxysite.settings import allowed_hosts

ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 (compared with, not listened on)


class Command(BaseCommand):
    help = "Prepare the database, make what a first start needs, and serve until told to stop."
    requires_system_checks = ()  # they follow the options, which change what is checked

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", default=settings.PORT, type=int, help="port to listen on (PORT)")
        parser.add_argument("--workers", default=settings.WORKERS, type=int, help="processes that serve (WORKERS)")
        parser.add_argument(
            "--grace",
            default=settings.GRACE_SECONDS,
            type=int,
            metavar="SECONDS",
            help="how long streams in flight may go on when the service is told to stop (GRACE_SECONDS)",
        )
        parser.add_argument(
            "--forwarded-allow-ips",
            default=settings.FORWARDED_ALLOW_IPS,
            metavar="ADDRESSES",
            help="whose X-Forwarded-For and -Proto are believed (FORWARDED_ALLOW_IPS)",
        )
        parser.add_argument("--demo", action="store_true", help="answer from a built-in demo backend")

    def handle(self, *, demo: bool, **options: Any) -> None:
        plan = Plan(**{name: options[name] for name in Plan.__match_args__})
        apply(plan)
        try:
            bound = bound_socket(plan.host, plan.port)
            if demo:
                use_demo()
            port = bound.getsockname()[1]
            greeting = prepare(settings.PUBLIC_URL or local_url(plan.host, port), port, self._accepts)
        except (NotStartable, AddressUnusable) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
        self.stdout.write(f"\n{greeting}")
        self.stdout.flush()
        if plan.workers > 1:
            share_metrics()
        if not serve(plan, bound):
            sys.exit(1)

    def _accepts(self, found: LocalBackend) -> bool:
        self.stdout.write(f"\n{offer(found)}")
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return False
        try:
            answer = input("Write these lines into .env and use it now? [Y/n] ")
        except EOFError:
            return False
        return answer.strip().lower() in {"", "y", "yes"}


def apply(plan: Plan) -> None:
    """The options as settings, for the checks and, through the environment, for the workers."""
    os.environ.update(HOST=plan.host, PORT=str(plan.port), FORWARDED_ALLOW_IPS=plan.forwarded_allow_ips)
    settings.HOST, settings.FORWARDED_ALLOW_IPS = plan.host, plan.forwarded_allow_ips
    settings.ALLOWED_HOSTS = allowed_hosts(plan.host)


def local_url(host: str, port: int) -> str:
    host = "127.0.0.1" if host in ANY_ADDRESS else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
