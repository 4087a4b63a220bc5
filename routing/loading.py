"""From the database to a routing table: one query per table, and one query that tells whether anything changed."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Sum, Value
from django.utils import timezone

from routing import credentials, dialects, lessons
from routing.calibration import calibration_of
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
from routing.patterns import compiled
from routing.scopes import scopes
from routing.table import BackendEntry, KeyEntry, ModelEntry, RoutingTable, TargetEntry
from routing.validators import HEADER_VALUE

logger = logging.getLogger("routing")

SOURCES = (
    Team,
    Client,
    ClientKey,
    Backend,
    BackendCredential,
    BackendModel,
    LearnedHabit,
    Compression,
    ModelMapping,
    MappingTarget,
)

Fingerprint = tuple[tuple[int, int], ...]


def fingerprint() -> Fingerprint:
    """Another value after any insert, update or delete in the tables that count."""
    sums = [
        model._default_manager.order_by().values_list(Value(number)).annotate(sum=Sum("revision"))
        for number, model in enumerate(SOURCES)
    ]
    rows = sums[0].union(*sums[1:], all=True).order_by()
    return tuple(sorted((int(number), int(total or 0)) for number, total in rows))


def load(uses: dict[int, float]) -> RoutingTable:
    """The table as the database has it now."""
    entries = {entry.id: entry for entry in backends()}
    known = models(entries)
    return RoutingTable(
        keys=_keys(),
        scopes=scopes(entries),
        listed=_listed(entries, known),
        models=known,
        habits=lessons.learned(entries),
        uses=uses,
    )


def backends() -> list[BackendEntry]:
    """Every enabled backend with what opens it."""
    rows = list(Backend.objects.enabled())
    opened = _credentials(row.pk for row in rows)
    return [backend_entry(row, tuple(opened[row.pk])) for row in rows]


def _keys() -> dict[bytes, KeyEntry]:
    entries = {}
    for key in ClientKey.objects.usable(timezone.now()).select_related("client__team"):
        client, team = key.client, key.client.team
        texts = [text for text in (client.allowed_models, team.allowed_models if team else "") if text.strip()]
        digest = bytes.fromhex(key.digest)
        entries[digest] = KeyEntry(
            id=key.pk,
            prefix=key.prefix,
            digest=digest,
            expires_at=key.expires_at.timestamp() if key.expires_at else None,
            client_id=client.pk,
            client_name=client.name,
            team_id=team.pk if team else None,
            team_name=team.name if team else "",
            allowed_models=tuple(compiled(text) for text in texts),
        )
    return entries


def backend_entry(row: Backend, opened: tuple[str, ...]) -> BackendEntry:
    dialect = row.effective_dialect
    return BackendEntry(
        id=row.pk,
        name=row.name,
        base_url=row.base_url,
        dialect=dialect,
        profile=dialects.profile(dialect, "", row.profile),
        overrides=row.profile,
        credentials=opened,
        headers=_headers(row),
        api_version=row.api_version,
        timeout=row.timeout,
        max_retries=row.max_retries,
        max_tokens_limit=row.max_tokens_limit,
        min_tokens=row.min_tokens,
    )


def _credentials(numbers: Iterable[int]) -> defaultdict[int, list[str]]:
    """What can be used, by backend; what cannot is left out."""
    usable: defaultdict[int, list[str]] = defaultdict(list)
    rows = BackendCredential.objects.filter(backend__in=list(numbers), is_enabled=True).in_order()
    for row in rows.select_related("backend"):
        if secret := _usable(row.sealed, f"credential {row} of backend {row.backend}"):
            usable[row.backend_id].append(secret)
    return usable


def _headers(row: Backend) -> dict[str, str]:
    """The headers with their references resolved; what cannot be sent is left out."""
    headers = {}
    for name, text in row.headers.items():
        value = _usable(text, f"header {name} of backend {row}") if text.startswith(credentials.REFERENCE) else text
        if value is not None:
            headers[name] = value
    return headers


def _usable(stored: str, place: str) -> str | None:
    """What can stand in a header; loudly None where it cannot be opened, or would break the request's head."""
    try:
        value = credentials.opened(stored)
    except credentials.Unreadable as error:
        logger.error("%s is left out: %s", place, error)
        return None
    if value is not None and not HEADER_VALUE.match(value):
        logger.error("%s is left out: it is no line of visible ASCII characters", place)
        return None
    return value


def models(backends: Iterable[int]) -> dict[tuple[int, str], ModelEntry]:
    """What is known of the models of these backends."""
    rows = BackendModel.objects.filter(backend__in=list(backends))
    return {(row.backend_id, row.name): _model(row) for row in rows}


def _model(row: BackendModel) -> ModelEntry:
    return ModelEntry(
        name=row.name,
        context_window=row.context_window or row.discovered_context_window,
        max_output_tokens=row.max_output_tokens or row.discovered_max_output_tokens,
        dialect=row.dialect,
        overrides=row.profile,
        abilities=row.capabilities,
        offered=row.is_offered,
        calibration=calibration_of(row, "estimate").used,
        count_calibration=calibration_of(row, "count").used,
    )


def _listed(
    backends: Mapping[int, BackendEntry], models: Mapping[tuple[int, str], ModelEntry]
) -> dict[str, TargetEntry]:
    """Every name that a backend lists, plain and as `backend/name`; the plain one is the oldest backend's."""
    listed: dict[str, TargetEntry] = {}
    for number, name in sorted(models):
        target = TargetEntry(backends[number], name)
        listed.setdefault(name.lower(), target)
        listed[f"{target.backend.name}/{name}".lower()] = target
    return listed
