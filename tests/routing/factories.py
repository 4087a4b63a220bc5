"""Rows for tests, each with a name of its own unless the test gives one; every field can be given by its name."""

from __future__ import annotations

from itertools import count
from typing import Any

from routing import keys
from routing.models import (
    Backend,
    BackendCredential,
    BackendModel,
    Client,
    ClientKey,
    Compression,
    LearnedHabit,
    MappingTarget,
    ModelMapping,
    Team,
)

_numbers = count(1)


def team(name: str = "", **fields: Any) -> Team:
    return Team.objects.create(name=name or f"team-{next(_numbers)}", **fields)


def client(name: str = "", **fields: Any) -> Client:
    return Client.objects.create(name=name or f"client-{next(_numbers)}", **fields)


def key(owner: Client | None = None, **fields: Any) -> tuple[ClientKey, str]:
    """A key and its text. `label` and `expires_at` are those of `keys.issue`."""
    return keys.issue(owner or client(), **fields)


def backend(name: str = "", *, credential: str = "", **fields: Any) -> Backend:
    """A backend, with a credential if one is given."""
    fields.setdefault("base_url", "http://backend.test/v1")
    row = Backend.objects.create(name=name or f"backend-{next(_numbers)}", **fields)
    if credential:
        credential_of(row, credential)
    return row


def credential_of(row: Backend, secret: str, **fields: Any) -> BackendCredential:
    stored = BackendCredential(backend=row, **fields)
    stored.put(secret)
    stored.save()
    return stored


def backend_model(row: Backend, name: str, **fields: Any) -> BackendModel:
    return BackendModel.objects.create(backend=row, name=name, **fields)


def learned_habit(row: Backend, model: str = "m", kind: str = "field", **fields: Any) -> LearnedHabit:
    """A habit with nothing in it, unless it is given."""
    return LearnedHabit.objects.create(backend=row, model=model, kind=kind, **fields)


def compression(name: str = "", **fields: Any) -> Compression:
    return Compression.objects.create(name=name or f"compression-{next(_numbers)}", **fields)


def mapping(
    pattern: str = "", *, kind: str = "", to: Backend | None = None, model: str = "", **fields: Any
) -> ModelMapping:
    """A mapping with one target: exact for a pattern, a default without one, unless `kind` says otherwise."""
    row = ModelMapping.objects.create(pattern=pattern, kind=kind or ("exact" if pattern else "default"), **fields)
    MappingTarget.objects.create(mapping=row, backend=to or backend(), model=model)
    return row
