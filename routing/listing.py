"""The names that a client is told of by `GET /v1/models`: those of the mappings that hold for its key, and the models
that an admin offers. Families are listed as `claude-opus` and so on, models of backends as `claude-gw/name`, because
Claude Code's picker shows only names with `claude` in them.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.errors import RoutingError
from routing.resolve import LISTED_ALIAS, mapping_for, plain_name, resolve
from routing.table import KeyEntry, ListedModel, Route, RoutingTable


def listed_models(table: RoutingTable, key: KeyEntry) -> list[ListedModel]:
    """Every name once; what the key may not use, or what leads nowhere now, is left out."""
    models = []
    for name in dict.fromkeys(_names(table, key)):
        try:
            route = resolve(table, key, name)
        except RoutingError:
            continue
        models.append(_listed(table, name, route))
    return models


def named_model(table: RoutingTable, key: KeyEntry, name: str) -> ListedModel | None:
    """What a request by this name gets, listed or not; None for a name that only a default knows."""
    mapping = mapping_for(table, key, plain_name(name))
    if mapping is None or mapping.kind == "default":
        return None
    try:
        return _listed(table, name, resolve(table, key, name))
    except RoutingError:
        return None


def _listed(table: RoutingTable, name: str, route: Route) -> ListedModel:
    known = table.models.get((route.backend.id, route.model))
    destination = route.destination
    return ListedModel(
        id=name,
        display_name=_display_name(name, route),
        context_window=destination.context_window,
        max_output_tokens=destination.max_output_tokens,
        profile=destination.profile,
        abilities=known.abilities if known else {},
    )


def _display_name(name: str, route: Route) -> str:
    """What a picker shows, often without the name itself: several names may lead to one model."""
    model = f"{route.model} ({route.backend.name})"
    return model if name.startswith(LISTED_ALIAS) else f"{name}: {model}"


def _names(table: RoutingTable, key: KeyEntry) -> Iterator[str]:
    for scope in table.scopes_of(key):
        yield from scope.exact
        yield from (f"claude-{family}" for family in scope.families)
    for (_, name), model in table.models.items():
        if model.offered:
            yield f"{LISTED_ALIAS}{name}"
