"""From the name that a client asks for to a backend and a model.

The mappings of the client are asked before those of its team, these before the ones for everybody. In each:

1. exactly this name
2. patterns, the longest one first
3. families: opus, sonnet, haiku, fable or mythos, anywhere in a name that looks like Claude's
4. names that a backend lists, also as `backend/name` and `claude-gw/name` (asked once, among those for everybody)
5. defaults, those with a pattern before the one for all names

A name with a slash in it, such as `anthropic/claude-opus-4.6`, names a model of a backend rather than one of Claude's
own: 4 is asked before 3 there. A trailing `[1m]`, which clients add to ask for a long context, is no part of a name.
"""

from __future__ import annotations

from conversion.destination import Destination
from conversion.profiles import version_overrides
from conversion.repairs import repaired
from routing import dialects
from routing.errors import ModelNotAllowed, NoBackend, UnknownModel
from routing.table import KeyEntry, MappingEntry, ModelEntry, Route, RoutingTable, Scope, TargetEntry, group

LISTED_ALIAS = "claude-gw/"
"""Claude Code's model picker shows only names with `claude` in them, so listed models are offered under this one."""


def resolve(table: RoutingTable, key: KeyEntry, model: str) -> Route:
    """Where a request of this key for this model goes; raises RoutingError."""
    if (known := table.routes.get((key.client_id, model))) is not None:
        return known
    name = plain_name(model)
    if not all(pattern.match(name.lower()) for pattern in key.allowed_models):
        raise ModelNotAllowed(model)
    mapping = mapping_for(table, key, name)
    if mapping is None:
        raise UnknownModel(model)
    if not mapping.targets:
        raise NoBackend(model, mapping.name)
    found = route(table, mapping, mapping.targets[0], name)
    table.remember(key.client_id, model, found)
    return found


def plain_name(model: str) -> str:
    """The name without the suffix that asks for a long context."""
    name = model.strip()
    return name[:-4].rstrip() if name[-4:].lower() == "[1m]" else name


def mapping_for(table: RoutingTable, key: KeyEntry, name: str) -> MappingEntry | None:
    """The mapping that wins for this name."""
    name = name.lower()
    *narrower, everybody = table.scopes_of(key)
    for scope in narrower:
        if found := _named(scope, name) or _family(scope, name) or _default(scope, name):
            return found
    by_name, by_family = _listed(table, name), _family(everybody, name)
    first, second = (by_name, by_family) if "/" in name else (by_family, by_name)
    return _named(everybody, name) or first or second or _default(everybody, name)


def route(table: RoutingTable, mapping: MappingEntry, target: TargetEntry, name: str) -> Route:
    """The way to one target of a mapping; what was learned of it holds where the admin did not say otherwise."""
    backend = target.backend
    model = target.model or name
    known = table.models.get((backend.id, model)) or ModelEntry(model)
    dialect = known.dialect or backend.dialect
    destination = Destination(
        model=model,
        profile=dialects.profile(
            dialect, model, version_overrides(backend.api_version), backend.overrides, known.overrides
        ),
        group=group(dialect, backend.base_url),
        max_output_tokens=known.max_output_tokens,
        context_window=known.context_window,
        max_tokens_limit=backend.max_tokens_limit,
        min_tokens=backend.min_tokens,
        calibration=known.calibration,
        count_calibration=known.count_calibration,
    )
    learned = table.habits.get((backend.id, model), ())
    destination = repaired(destination, learned, fixed={*backend.overrides, *known.overrides})
    return Route(backend, model, destination, mapping.compression, mapping.name)


def _named(scope: Scope, name: str) -> MappingEntry | None:
    return scope.exact.get(name) or next((entry for pattern, entry in scope.globs if pattern.match(name)), None)


def _family(scope: Scope, name: str) -> MappingEntry | None:
    """The family that the name contains; `opus` alone is a name of that kind too."""
    if "claude" not in name and "anthropic" not in name:
        return scope.families.get(name)
    return next((entry for family, entry in scope.families.items() if family in name), None)


def _listed(table: RoutingTable, name: str) -> MappingEntry | None:
    target = table.listed.get(name.removeprefix(LISTED_ALIAS)) or table.listed.get(name)
    return MappingEntry("listed", "listed", (target,)) if target is not None else None


def _default(scope: Scope, name: str) -> MappingEntry | None:
    return next((entry for pattern, entry in scope.defaults if pattern.match(name)), None)
