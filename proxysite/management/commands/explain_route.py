"""Say where a request would go, and what would be sent; no backend is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversion.errors import InvalidRequest
from proxysite.explanation import Explanation, Target, explain, key_of, read, sample
from routing import loading
from routing.health.board import board
from routing.models import Client


class Command(BaseCommand):
    help = "Say which mapping wins for a model name, where a request goes, and what would be sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", metavar="NAME", help="as the client asks for it")
        parser.add_argument("--client", help="whose mappings hold too, by its name")
        parser.add_argument("--request", type=Path, metavar="FILE", help="the body of a Messages request")

    def handle(self, *args: Any, model: str, client: str | None, request: Path | None, **options: Any) -> None:
        row = Client.objects.select_related("team").filter(name=client).first() if client else None
        if client and row is None:
            raise CommandError(f"There is no client {client!r}.")
        try:
            message = read(request.read_bytes() if request else sample(model), model)
        except (OSError, InvalidRequest) as error:
            raise CommandError(str(error)) from error
        board.refresh()
        for line in told(explain(loading.load({}), key_of(row), message)):
            self.stdout.write(line)


def told(explanation: Explanation) -> Iterator[str]:
    """The explanation in lines."""
    yield f"{explanation.asked}:"
    for mapping in explanation.mappings:
        yield f"  {mapping.name} ({mapping.reason}): {mapping.verdict}"
        yield from (f"    {target}" for target in mapping.targets or ["nothing that is enabled"])
    if explanation.refusal:
        yield f"  refused: {explanation.refusal}"
    for target in explanation.targets:
        yield from told_of(target)


def told_of(target: Target) -> Iterator[str]:
    destination = target.route.destination
    yield f"{target.route.model} at {target.route.backend.name}: {target.url}"
    yield f"  order {target.route.order}, weight {target.route.weight}, {target.health or 'requests go there'}"
    yield f"  context window {destination.context_window or 'unknown'}, price {target.price}"
    for habit in target.habits:
        yield f"  {habit.name} = {habit.value!r} ({habit.origin})"
    if target.refusal:
        yield f"  refused: {target.refusal}"
    if target.sent is not None:
        share = f", {target.window_share} of the window" if target.window_share else ""
        yield f"  about {target.sent.tokens} input tokens{share}; before shortening {target.sent.tokens_before}"
        yield from (f"  notice {notice.code}: {notice.detail}" for notice in target.sent.notices)
        yield target.sent.body
