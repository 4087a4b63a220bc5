"""The mappings as they are asked: by whom they hold for, then by kind, the most telling ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from re import Pattern

from routing.models import Compression, MappingTarget, ModelMapping
from routing.patterns import compiled, patterns
from routing.table import EVERYBODY, BackendEntry, CompressionEntry, MappingEntry, Place, Scope, TargetEntry


def scopes(backends: Mapping[int, BackendEntry]) -> dict[Place, Scope]:
    """The mappings of each client, of each team and of everybody, ready to be asked."""
    targets: defaultdict[int, list[TargetEntry]] = defaultdict(list)
    for target in MappingTarget.objects.enabled().filter(backend__in=backends):
        targets[target.mapping_id].append(TargetEntry(backends[target.backend_id], target.model))
    rows: defaultdict[Place, list[tuple[ModelMapping, MappingEntry]]] = defaultdict(list)
    # The admin's own mappings first: a row from the environment gives way to one for the same names.
    for row in (
        ModelMapping.objects.enabled()
        .select_related("compression", "team", "client")
        .order_by("from_environment", "id")
    ):
        entry = MappingEntry(_name(row), row.kind, tuple(targets[row.pk]), _compression(row.compression))
        rows[_place(row)].append((row, entry))
    return {place: _scope(entries) for place, entries in rows.items()}


def _place(row: ModelMapping) -> Place:
    if row.client_id is not None:
        return "client", row.client_id
    return ("team", row.team_id) if row.team_id is not None else EVERYBODY


def _name(row: ModelMapping) -> str:
    return str(row) if row.scope == "everybody" else f"{row.scope}: {row}"


def _compression(row: Compression | None) -> CompressionEntry:
    if row is None:
        return CompressionEntry()
    return CompressionEntry(row.mode, row.max_system_tokens, row.summary_model)


def _scope(entries: Iterable[tuple[ModelMapping, MappingEntry]]) -> Scope:
    exact: dict[str, MappingEntry] = {}
    families: dict[str, MappingEntry] = {}
    globs: list[tuple[str, MappingEntry]] = []
    defaults: list[tuple[str, MappingEntry]] = []
    for row, entry in entries:
        match row.kind:
            case "exact":
                exact.setdefault(row.pattern.lower(), entry)
            case "family":
                families.setdefault(row.pattern.lower(), entry)
            case "glob":
                globs += [(pattern, entry) for pattern in patterns(row.pattern)]
            case _:
                defaults += [(pattern, entry) for pattern in patterns(row.pattern) or ("*",)]
    return Scope(exact, _longest_first(globs), families, _longest_first(defaults))


def _longest_first(found: list[tuple[str, MappingEntry]]) -> tuple[tuple[Pattern[str], MappingEntry], ...]:
    """The most telling pattern first; among equally long ones the order of the rows stays."""
    found.sort(key=lambda pair: -len(pair[0]))
    return tuple((compiled(pattern), entry) for pattern, entry in found)
