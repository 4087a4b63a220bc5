"""Where each habit of a route comes from: the layers of `resolve.route`, told apart again for people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from conversion.profiles import BackendProfile, address_overrides, profile_for, version_overrides
from routing.dialects import habits
from routing.table import ModelEntry, Route, RoutingTable


@dataclass(frozen=True, slots=True)
class Habit:
    """One habit that differs from those of a backend of which nothing is known."""

    name: str
    value: object
    origin: str


def habits_of(table: RoutingTable, route: Route) -> list[Habit]:
    """The habits of a route that need an explanation."""
    usual, own = asdict(BackendProfile()), asdict(route.destination.profile)
    layers = _layers(table, route)
    different = [name for name in habits() if own[name] != usual[name]]
    return [Habit(name, own[name], next(origin for origin, names in layers if name in names)) for name in different]


def _layers(table: RoutingTable, route: Route) -> list[tuple[str, Collection[str]]]:
    """Who has a say in which habits; the first one that has is the one that is heard."""
    backend, of = route.backend, (route.backend.id, route.model)
    known = table.models.get(of) or ModelEntry(route.model)
    dialect = route.destination.profile.dialect
    learned = {name for repair in table.habits.get(of, ()) for name in repair.overrides}
    return [
        ("compression of the mapping", {"clear_tool_uses"} if route.compression.clears_tool_results else ()),
        ("the admin, for this model", known.overrides),
        ("learned from a refusal", learned),
        ("the admin, for this backend", backend.overrides),
        ("address of the backend", address_overrides(dialect, backend.base_url)),
        ("API version of the backend", version_overrides(backend.api_version)),
        (f"models like this, at {dialect}", _family(dialect, route.model)),
        (f"dialect {dialect}", habits()),
    ]


def _family(dialect: str, model: str) -> set[str]:
    """The habits in which models of that name differ from others of the dialect."""
    plain, own = asdict(profile_for(dialect, "")), asdict(profile_for(dialect, model))
    return {name for name in own if own[name] != plain[name]}
