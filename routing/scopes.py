"""The mappings as they are asked: by whom they hold for, then by kind, the most telling ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from re import Pattern

from routing.models import Compression, MappingTarget, ModelMapping
from routing.patterns import compiled, patterns
from routing.table import (
    EVERYBODY,
    BackendEntry,
    CompressionEntry,
    Conditions,
    MappingEntry,
    Place,
    Scope,
    TargetEntry,
)


def scopes(backends: Mapping[int, BackendEntry]) -> dict[Place, Scope]:
    """The mappings of each client, of each team and of everybody, ready to be asked."""
    targets: defaultdict[int, list[TargetEntry]] = defaultdict(list)
    for target in MappingTarget.objects.enabled().filter(backend__in=backends):
        targets[target.mapping_id].append(
            TargetEntry(backends[target.backend_id], target.model, target.order, target.weight)
        )
    rows: defaultdict[Place, list[tuple[ModelMapping, MappingEntry]]] = defaultdict(list)
    # The admin's own mappings first: a row from the environment gives way to one for the same names.
    for row in (
        ModelMapping.objects.enabled()
        .select_related("compression", "team", "client")
        .order_by("from_environment", "id")
    ):
        entry = MappingEntry(
            _name(row),
            row.kind,
            tuple(targets[row.pk]),
            compression_entry(row.compression),
            row.prefers_least_busy,
            conditions(row),
        )
        rows[_place(row)].append((row, entry))
    return {place: _scope(entries) for place, entries in rows.items()}


def _place(row: ModelMapping) -> Place:
    if row.client_id is not None:
        return "client", row.client_id
    return ("team", row.team_id) if row.team_id is not None else EVERYBODY


def _name(row: ModelMapping) -> str:
    return str(row) if row.scope == "everybody" else f"{row.scope}: {row}"


def conditions(row: ModelMapping) -> Conditions:
    return Conditions(
        thinking=row.when_thinking,
        images=row.when_images,
        web_search=row.when_web_search,
        background=row.when_background,
        input_above=row.when_input_above,
    )


def compression_entry(row: Compression | None) -> CompressionEntry:
    if row is None:
        return CompressionEntry()
    return CompressionEntry(
        mode=row.mode,
        max_system_tokens=row.max_system_tokens,
        summary_model=row.summary_model,
        shortens_system_messages=row.shortens_system_messages,
        shortens_tool_descriptions=row.shortens_tool_descriptions,
        clears_tool_results=row.clears_tool_results,
    )


def _scope(entries: Iterable[tuple[ModelMapping, MappingEntry]]) -> Scope:
    exact: defaultdict[str, list[MappingEntry]] = defaultdict(list)
    families: defaultdict[str, list[MappingEntry]] = defaultdict(list)
    globs: list[tuple[str, MappingEntry]] = []
    defaults: list[tuple[str, MappingEntry]] = []
    for row, entry in sorted(entries, key=lambda pair: _most_conditions(pair[1])):
        match row.kind:
            case "exact":
                exact[row.pattern.lower()].append(entry)
            case "family":
                families[row.pattern.lower()].append(entry)
            case "glob":
                globs += [(pattern, entry) for pattern in patterns(row.pattern)]
            case _:
                defaults += [(pattern, entry) for pattern in patterns(row.pattern) or ("*",)]
    return Scope(_fixed(exact), _most_telling(globs), _fixed(families), _most_telling(defaults))


def _most_conditions(entry: MappingEntry) -> tuple[int, int]:
    """More conditions first; among as many, the longer input."""
    return -entry.conditions.count, -entry.conditions.input_above


def _fixed(found: Mapping[str, list[MappingEntry]]) -> dict[str, tuple[MappingEntry, ...]]:
    return {name: tuple(entries) for name, entries in found.items()}


def _most_telling(found: list[tuple[str, MappingEntry]]) -> tuple[tuple[Pattern[str], MappingEntry], ...]:
    """More conditions first, then longer patterns; among equal ones the order of the rows stays."""
    found.sort(key=lambda pair: (-pair[1].conditions.count, -len(pair[0])))
    return tuple((compiled(pattern), entry) for pattern, entry in found)
