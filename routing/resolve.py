"""From the name that a client asks for to a backend and a model.

The mappings of the client are asked before those of its team, these before the ones for everybody. In each:

1. exactly this name
2. patterns, the longest one first
3. families: opus, sonnet, haiku, fable or mythos, anywhere in a name that looks like Claude's
4. names that a backend lists, also as `backend/name` and `claude-gw/name` (asked once, among those for everybody)
5. defaults, those with a pattern before the one for all names

A name with a slash in it, such as `anthropic/claude-opus-4.6`, names a model of a backend rather than one of Claude's
own: 4 is asked before 3 there. A trailing `[1m]`, which clients add to ask for a long context, is no part of a name.

A mapping with conditions (`properties.py`) counts only for requests that meet all of them, and within its step it is
asked before those with fewer.

The targets of the mapping that wins are a plan: `choice.py` says in which order a request tries them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conversion.destination import Destination
from conversion.profiles import address_overrides, version_overrides
from conversion.repairs import repaired
from routing import dialects
from routing.errors import ModelNotAllowed, NoBackend, UnknownModel
from routing.properties import NOTHING, Properties
from routing.table import KeyEntry, MappingEntry, ModelEntry, Plan, Route, RoutingTable, Scope, TargetEntry, group

LISTED_ALIAS = "claude-gw/"
"""Claude Code's model picker shows only names with `claude` in them, so listed models are offered under this one."""


def resolve(table: RoutingTable, key: KeyEntry, model: str, request: Properties = NOTHING) -> Route:
    """The preferred way of a request of this key for this model; raises RoutingError."""
    return plan(table, key, model, request)[0]


def plan(table: RoutingTable, key: KeyEntry, model: str, request: Properties = NOTHING) -> Plan:
    """The ways to all targets of the mapping that wins; raises RoutingError."""
    asked = (key.client_id, model, request)
    if (known := table.routes.get(asked)) is not None:
        return known
    name = plain_name(model)
    if not all(pattern.match(name.lower()) for pattern in key.allowed_models):
        raise ModelNotAllowed(model)
    mapping = mapping_for(table, key, name, request)
    if mapping is None:
        raise UnknownModel(model)
    if not mapping.targets:
        raise NoBackend(model, mapping.name)
    found = tuple(route(table, mapping, target, name) for target in mapping.targets)
    table.remember(asked, found)
    return found


def plain_name(model: str) -> str:
    """The name without the suffix that asks for a long context."""
    name = model.strip()
    return name[:-4].rstrip() if name[-4:].lower() == "[1m]" else name


def mapping_for(table: RoutingTable, key: KeyEntry, name: str, request: Properties = NOTHING) -> MappingEntry | None:
    """The mapping that wins for this name."""
    return next(candidates(table, key, name, request), None)


def candidates(table: RoutingTable, key: KeyEntry, name: str, request: Properties = NOTHING) -> Iterator[MappingEntry]:
    """Every mapping that holds, the one that wins first; the others are what it would be without that."""
    return (mapping for mapping in knowing(table, key, name) if mapping.conditions.hold(request))


def knowing(table: RoutingTable, key: KeyEntry, name: str) -> Iterator[MappingEntry]:
    """Every mapping that knows the name, in the order in which they are asked, whatever conditions they have."""
    name = name.lower()
    *narrower, everybody = table.scopes_of(key)
    for scope in narrower:
        yield from (*_named(scope, name), *_families(scope, name), *_defaults(scope, name))
    by_name, by_family = _listed(table, name), _families(everybody, name)
    first, second = (by_name, by_family) if "/" in name else (by_family, by_name)
    yield from (*_named(everybody, name), *first, *second, *_defaults(everybody, name))


def route(table: RoutingTable, mapping: MappingEntry, target: TargetEntry, name: str) -> Route:
    """The way to one target of a mapping; what was learned of it holds where the admin did not say otherwise for it."""
    backend = target.backend
    model = target.model or name
    known = table.models.get((backend.id, model)) or ModelEntry(model)
    dialect = known.dialect or backend.dialect
    destination = Destination(
        model=model,
        profile=dialects.profile(
            dialect,
            model,
            version_overrides(backend.api_version),
            address_overrides(dialect, backend.base_url),
            backend.overrides,
            known.overrides,
        ),
        fixed=frozenset(known.overrides),
        group=group(dialect, backend.base_url),
        max_output_tokens=known.max_output_tokens,
        context_window=known.context_window,
        max_tokens_limit=backend.max_tokens_limit,
        min_tokens=backend.min_tokens,
        calibration=known.calibration,
        count_calibration=known.count_calibration,
    )
    learned = table.habits.get((backend.id, model), ())
    destination = repaired(destination, learned)
    if mapping.compression.clears_tool_results:
        destination = replace(destination, profile=replace(destination.profile, clear_tool_uses=True))
    return Route(
        backend,
        model,
        destination,
        mapping.compression,
        mapping.name,
        target.order,
        target.weight,
        mapping.prefers_least_busy,
    )


def _named(scope: Scope, name: str) -> list[MappingEntry]:
    return [*scope.exact.get(name, ()), *(entry for pattern, entry in scope.globs if pattern.match(name))]


def _families(scope: Scope, name: str) -> list[MappingEntry]:
    """The families that the name contains; `opus` alone is a name of that kind too."""
    if "claude" not in name and "anthropic" not in name:
        return list(scope.families.get(name, ()))
    return [entry for family, entries in scope.families.items() if family in name for entry in entries]


def _listed(table: RoutingTable, name: str) -> list[MappingEntry]:
    target = table.listed.get(name.removeprefix(LISTED_ALIAS)) or table.listed.get(name)
    return [MappingEntry("listed", "listed", (target,))] if target is not None else []


def _defaults(scope: Scope, name: str) -> list[MappingEntry]:
    return [entry for pattern, entry in scope.defaults if pattern.match(name)]
