"""Rows that say what the environment variables say: made anew at each start, read-only in the admin.

What vanished from the environment vanishes from the rows: mappings, credentials and keys are deleted; the backend and
the client are switched off, because usage and mappings of the admin may refer to them. Rows of the admin are never
touched, and win over these. Secrets stay where they are: the rows hold `env:NAME`, or, for the client key, its digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from routing import keys
from routing.models import Backend, BackendCredential, Client, ClientKey, Compression, MappingTarget, ModelMapping
from routing.variables import Configuration, read_configuration

RowT = TypeVar("RowT", bound=Model)

NAME = "environment"
FAMILIES = {
    "opus": "BIG_MODEL",
    "fable": "BIG_MODEL",
    "mythos": "BIG_MODEL",
    "sonnet": "MIDDLE_MODEL",
    "haiku": "SMALL_MODEL",
}
OTHER_VENDORS = "gpt-*|chatgpt-*|o1*|o3*|o4*|grok-*|xai-*|ep-*|doubao-*|deepseek*|gemini-*|mistral-*|llama*|qwen*|*/*"
"""Names that go to the backend as they are, unless another mapping or a backend's list knows them."""


@dataclass(slots=True)
class Summary:
    """What an import did, for people: how many rows of which kind."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    complaints: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = []
        for word, counter in (("created", self.created), ("updated", self.updated), ("removed", self.removed)):
            if counter:
                parts.append(f"{word}: {', '.join(f'{count} × {kind}' for kind, count in counter.items())}")
        return "; ".join(parts) or "nothing changed"

    def settle(self, model: type[RowT], lookup: Mapping[str, Any], values: Mapping[str, Any]) -> RowT:
        """The row that the lookup finds, or a new one, with these values; written only where they are news."""
        row = model._default_manager.filter(**lookup).first()
        if row is None:
            row = model._default_manager.create(**{**lookup, **values})
            self.created[str(model._meta.verbose_name)] += 1
        elif changed := [name for name, value in values.items() if getattr(row, name) != value]:
            for name in changed:
                setattr(row, name, values[name])
            row.save()
            self.updated[str(model._meta.verbose_name)] += 1
        return row

    def remove(self, rows: Any) -> None:  # a QuerySet of any of the models
        self.removed.update(str(row._meta.verbose_name) for row in rows)
        rows.delete()


def import_environment(environ: Mapping[str, str]) -> Summary:
    """Make the rows say what the variables say; a second time changes nothing."""
    configuration = read_configuration(environ)
    summary = Summary(complaints=configuration.complaints)
    with transaction.atomic():
        compression = import_compression(configuration, summary)
        if configuration.has_backend:
            backend = import_backend(configuration, summary)
            import_mappings(configuration, backend, compression, summary)
        else:
            switch_backend_off(summary)
        import_client_key(configuration.client_key, summary)
    return summary


def import_compression(configuration: Configuration, summary: Summary) -> Compression | None:
    if configuration.compression == "none" or not configuration.has_backend:
        summary.remove(Compression.objects.filter(from_environment=True))
        return None
    values = {"mode": configuration.compression, "max_system_tokens": configuration.max_system_tokens}
    return summary.settle(Compression, {"from_environment": True}, {"name": NAME, **values})


def import_backend(configuration: Configuration, summary: Summary) -> Backend:
    values: dict[str, Any] = {
        "name": NAME,
        "is_enabled": True,
        "base_url": configuration.base_url,
        "api_version": configuration.api_version,
        "headers": dict(configuration.headers),
        "timeout": float(configuration.timeout),
        "max_retries": configuration.max_retries,
        "max_tokens_limit": configuration.max_tokens_limit,
        "min_tokens": configuration.min_tokens,
    }
    if not Backend.objects.filter(from_environment=True, base_url=configuration.base_url).exists():
        values["last_catalog_at"] = None  # another backend: its models are not known yet
    backend = summary.settle(Backend, {"from_environment": True}, values)
    stored = {"sealed": "env:OPENAI_API_KEY", "hint": "env:OPENAI_API_KEY"}
    if configuration.has_credential:
        summary.settle(BackendCredential, {"backend": backend}, stored)
    else:
        summary.remove(BackendCredential.objects.filter(backend=backend))
    return backend


def import_mappings(
    configuration: Configuration, backend: Backend, compression: Compression | None, summary: Summary
) -> None:
    big = configuration.models["BIG_MODEL"]
    wanted = {("family", family): configuration.models[tier] for family, tier in FAMILIES.items()}
    wanted |= {("default", OTHER_VENDORS): "", ("default", ""): big}
    rows = []
    for (kind, pattern), model in wanted.items():
        lookup = {"from_environment": True, "kind": kind, "pattern": pattern}
        row = summary.settle(ModelMapping, lookup, {"compression": compression})
        summary.settle(MappingTarget, {"mapping": row}, {"backend": backend, "model": model})
        rows.append(row.pk)
    summary.remove(ModelMapping.objects.filter(from_environment=True).exclude(pk__in=rows))


def switch_backend_off(summary: Summary) -> None:
    summary.remove(ModelMapping.objects.filter(from_environment=True))
    for backend in Backend.objects.filter(from_environment=True, is_enabled=True):
        summary.remove(backend.credentials.all())
        summary.settle(Backend, {"pk": backend.pk}, {"is_enabled": False})


def import_client_key(text: str, summary: Summary) -> None:
    """The client and its key; a text that is a key already, issued or imported, stays what it is."""
    brought = ClientKey(from_environment=True, label="ANTHROPIC_API_KEY")
    if text:
        keys.bring(brought, text)
    summary.remove(ClientKey.objects.filter(from_environment=True).exclude(digest=brought.digest))
    if not text:
        for client in Client.objects.filter(from_environment=True, is_active=True):
            summary.settle(Client, {"pk": client.pk}, {"is_active": False})
    elif not ClientKey.objects.filter(digest=brought.digest, from_environment=False).exists():
        brought.client = summary.settle(Client, {"from_environment": True}, {"name": NAME, "is_active": True})
        if not ClientKey.objects.filter(digest=brought.digest).exists():
            brought.save()
            summary.created["client key"] += 1
