"""Take prices from a file that others publish."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounting.models import Price
from accounting.periods import beginning
from accounting.prices.files import PROVIDERS, FilePrice, UnknownShape, read
from accounting.prices.importing import Plan, plan
from routing.models import Backend


class Command(BaseCommand):
    help = (
        "Add prices from a JSON file of litellm (model_prices_and_context_window.json), of models.dev (api.json) or of "
        "OpenRouter (its list of models). Each backend gets the prices of its provider. Prices that somebody wrote by "
        "hand stay; imported ones that changed are followed by a new one that begins now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--backend", help="only for this backend, by its name")
        parser.add_argument(
            "--provider",
            help="whose prices: a litellm_provider, or a name of models.dev. Without --backend they hold for every "
            "backend. Without this each backend gets those of its dialect",
        )
        parser.add_argument(
            "--valid-from",
            type=beginning,
            metavar="WHEN",
            help="when they begin: a day (2026-11-01) or a time. Without it prices of models that had none hold for "
            "the past as well, and changed ones begin now",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be added")

    def handle(
        self,
        *args: Any,
        file: Path,
        backend: str | None,
        provider: str | None,
        valid_from: datetime | None,
        dry_run: bool,
        **options: Any,
    ) -> None:  # Any: Django's own options
        try:
            prices = read(file)
        except (OSError, UnknownShape) as error:
            raise CommandError(str(error)) from error
        for place, chosen in portions(prices, backend, provider):
            planned = plan(chosen, place, file.name, valid_from, timezone.now())
            if not dry_run:
                Price.objects.bulk_create(planned.rows, batch_size=500)
            self.stdout.write(told(place, planned))
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")


def portions(
    prices: Sequence[FilePrice], backend: str | None, provider: str | None
) -> Iterator[tuple[Backend | None, list[FilePrice]]]:
    """Which prices go to which backend; None is every backend."""
    if provider is not None and backend is None:
        yield None, of_providers(prices, {provider})
        return
    backends = Backend.objects.enabled() if backend is None else Backend.objects.filter(name=backend)
    if not backends:
        raise CommandError(f"There is no backend {backend}." if backend else "There is no backend yet.")
    for row in backends:
        yield row, of_providers(prices, {provider} if provider else PROVIDERS.get(row.effective_dialect, ()))


def of_providers(prices: Sequence[FilePrice], providers: Collection[str]) -> list[FilePrice]:
    return [price for price in prices if price.provider in providers]


def told(backend: Backend | None, planned: Plan) -> str:
    return (
        f"{backend or 'every backend'}: {len(planned.new):,} new, {len(planned.changed):,} changed, "
        f"{planned.unchanged:,} as before, {planned.kept:,} kept as written by hand"
    )
