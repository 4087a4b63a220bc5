"""Where Claude Code's tiers lead for one client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing import loading
from routing.errors import RoutingError
from routing.listing import listed_models
from routing.models import Client, ClientKey
from routing.resolve import mapping_for, plain_name, resolve, route
from routing.table import KeyEntry, Route, RoutingTable

SENT = {"opus": "claude-opus-5-5", "sonnet": "claude-sonnet-5-5", "haiku": "claude-haiku-5-5"}
"""What the client asks for when nobody tells it otherwise."""


@dataclass(frozen=True, slots=True)
class Tier:
    """`model` is the name that leads somewhere: the one that the client sends by itself, if that does. `routes` are the
    preferred one and those that may stand in for it.
    """

    name: str
    model: str
    routes: tuple[Route, ...]

    @property
    def route(self) -> Route:
        return self.routes[0]

    @property
    def must_be_told(self) -> bool:
        return self.model != SENT[self.name]


def tiers_of(client: Client) -> list[Tier]:
    """As the database has it now."""
    return tiers(loading.load({}), loading.key_entry(ClientKey(client=client)))


def tiers(table: RoutingTable, key: KeyEntry) -> list[Tier]:
    """Those that lead anywhere: all of them, or none."""
    listed = [model.id for model in listed_models(table, key)]
    return [tier for name in SENT if (tier := _tier(table, key, name, listed)) is not None]


def _tier(table: RoutingTable, key: KeyEntry, name: str, listed: list[str]) -> Tier | None:
    for model in _candidates(name, listed):
        try:
            return Tier(name, model, _routes(table, key, model))
        except RoutingError:
            continue
    return None


def _routes(table: RoutingTable, key: KeyEntry, model: str) -> tuple[Route, ...]:
    """To every target of the mapping; raises RoutingError."""
    preferred = resolve(table, key, model)
    name = plain_name(model)
    mapping = mapping_for(table, key, name)
    assert mapping is not None  # or it would not have been resolved
    return (preferred, *(route(table, mapping, target, name) for target in mapping.targets[1:]))


def _candidates(tier: str, listed: list[str]) -> Iterator[str]:
    """What the client sends; then names of that tier, of other tiers, of anything."""
    yield SENT[tier]
    yield from (model for model in listed if tier in model.lower())
    yield from SENT.values()
    yield from listed
