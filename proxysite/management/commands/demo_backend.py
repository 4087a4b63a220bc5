"""`manage.py demo_backend`: a backend to try without any account."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proxysite.demo.application import MODEL, WORD_SECONDS
from proxysite.demo.server import demo_server
from proxysite.serving.server import AddressUnusable, bound_socket


class Command(BaseCommand):
    help = "Run a small OpenAI-compatible backend without a model: it echoes, and calls tools when told to."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=9099)
        parser.add_argument("--delay", type=float, default=WORD_SECONDS, help="seconds before each word of a stream")

    def handle(self, *, host: str, port: int, delay: float, **_: Any) -> None:
        try:
            bound = bound_socket(host, port)
        except AddressUnusable as error:
            raise CommandError(str(error)) from error
        url = f"http://{host}:{bound.getsockname()[1]}/v1"
        self.stdout.write(f"The demo backend answers on {url}; Ctrl-C stops it. In .env:")
        self.stdout.write(f"  OPENAI_BASE_URL={url}\n  BIG_MODEL={MODEL}")
        self.stdout.flush()
        with suppress(KeyboardInterrupt):
            demo_server(delay).run([bound])
