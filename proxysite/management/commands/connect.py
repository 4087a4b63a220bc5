"""`manage.py connect NAME`: what to type, or to write down, so that Claude Code works with a key of this client."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proxysite.management.commands.serve import local_url
from routing.claude_code.instructions import Instructions, instructions
from routing.claude_code.setups import PLACES
from routing.claude_code.variables import PLACEHOLDER
from routing.models import Client


class Command(BaseCommand):
    help = "Print the settings of Claude Code for a client; with --shell, --powershell or --json only these lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the client, as the admin shows it")
        parser.add_argument("--key", default=PLACEHOLDER, help="the text of the key; else a word that stands for it")
        ways = parser.add_mutually_exclusive_group()
        for name, place in PLACES.items():
            ways.add_argument(f"--{name}", dest="way", action="store_const", const=name, help=place)

    def handle(self, *, name: str, key: str, way: str | None, **_: Any) -> None:
        client = Client.objects.select_related("team").filter(name=name).first()
        if client is None:
            raise CommandError(f"There is no client {name!r}. manage.py issue_key makes one, with a key.")
        base_url = settings.PUBLIC_URL or local_url(settings.HOST, settings.PORT)
        told = instructions(client, base_url, key)
        if not told.tiers:
            self.stderr.write("No name of a model leads anywhere for this client: map one first.")
        if way is None:
            self._explain(told)
        else:
            self.stdout.write(next(setup.text for setup in told.setups if setup.name == way))

    def _explain(self, told: Instructions) -> None:
        for setup in told.setups:
            self.stdout.write(f"# {setup.place}\n\n{setup.text}\n")
        for variable in told.variables:
            self.stdout.write(f"{variable.name}: {variable.reason}")
        for remark in told.remarks:
            self.stdout.write(f"\n{remark}")
