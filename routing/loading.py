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
    SearchEngine,
    Team,
)
from routing.patterns import compiled
from routing.scopes import scopes
from routing.table import (
    BackendEntry,
    CredentialEntry,
    JudgeEntry,
    KeyEntry,
    ModelEntry,
    RoutingTable,
    SearchEntry,
    TargetEntry,
)
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
    SearchEngine,
)

NO_ENGINES: Mapping[int | None, SearchEntry] = {}

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
    found = scopes(entries)
    conditions = {entry.conditions for scope in found.values() for entry in scope.entries}
    return RoutingTable(
        keys=_keys(),
        scopes=found,
        asks_for_properties=any(each.count for each in conditions),
        input_limits=tuple({each.input_above for each in conditions if each.input_above}),
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


def opened_backend(row: Backend) -> BackendEntry:
    """One backend, enabled or not, with what opens it."""
    return backend_entry(row, tuple(_credentials([row.pk])[row.pk]))


def _keys() -> dict[bytes, KeyEntry]:
    engines = search_engines()
    rows = ClientKey.objects.usable(timezone.now()).select_related("client__team")
    return {entry.digest: entry for entry in (key_entry(row, engines) for row in rows)}


def key_entry(key: ClientKey, engines: Mapping[int | None, SearchEntry] = NO_ENGINES) -> KeyEntry:
    """`engines`: those of teams, and under None the one for everybody else."""
    client, team = key.client, key.client.team
    texts = [text for text in (client.allowed_models, team.allowed_models if team else "") if text.strip()]
    return KeyEntry(
        id=key.pk,
        prefix=key.prefix,
        digest=bytes.fromhex(key.digest),
        expires_at=key.expires_at.timestamp() if key.expires_at else None,
        client_id=client.pk,
        client_name=client.name,
        team_id=team.pk if team else None,
        team_name=team.name if team else "",
        allowed_models=tuple(compiled(text) for text in texts),
        judge=judge_entry(client, team),
        search=engines.get(client.team_id) or engines.get(None),
        capture_until=client.capture_until.timestamp() if client.capture_until else None,
    )


def search_engines() -> dict[int | None, SearchEntry]:
    """The enabled engines, by the team that they are for."""
    return {row.team_id: search_entry(row) for row in SearchEngine.objects.enabled()}


def search_entry(row: SearchEngine) -> SearchEntry:
    secret = _usable(row.sealed, f"the key of the search engine {row.kind}") if row.sealed else None
    return SearchEntry(row.kind, row.base_url, secret or "")


def judge_entry(client: Client, team: Team | None) -> JudgeEntry | None:
    """The client's own judge, else its team's; the policy is the team's in both cases."""
    model = client.judge_model or (team.judge_model if team else "")
    return JudgeEntry(model, team.judge_policy if team else "") if model else None


def backend_entry(row: Backend, opened: tuple[CredentialEntry, ...]) -> BackendEntry:
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
        max_concurrent=row.max_concurrent,
        capture_until=row.capture_until.timestamp() if row.capture_until else None,
    )


def _credentials(numbers: Iterable[int]) -> defaultdict[int, list[CredentialEntry]]:
    """What can be used, by backend; what cannot is left out."""
    usable: defaultdict[int, list[CredentialEntry]] = defaultdict(list)
    rows = BackendCredential.objects.filter(backend__in=list(numbers), is_enabled=True).in_order()
    for row in rows.select_related("backend"):
        if secret := _usable(row.sealed, f"credential {row} of backend {row.backend}"):
            usable[row.backend_id].append(CredentialEntry(secret, row.pk, row.order, row.weight))
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
        context_window=row.window,
        max_output_tokens=row.output_limit,
        dialect=row.dialect,
        overrides=row.profile,
        abilities=row.capabilities,
        prices=row.discovered_prices,
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
