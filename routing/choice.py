"""In which order one request tries the targets of its mapping.

1. targets that work, before those that are left alone at the moment (`health/`)
2. lower orders before higher ones
3. within an order, by weight: a conversation falls to one of the targets and stays with it, for the sake of the
   backend's prompt cache, as long as that works (rendezvous hashing: when one is lost, only its conversations move);
   where the mapping wants that, the least busy one for its weight goes before
4. a backend's credentials likewise: by order, and by weight within an order

Nothing is left out: where all are in trouble, all are tried.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import replace

from routing.table import Plan, Route

ROOM = 2**64


def in_order(
    plan: Plan, conversation: str, works: Callable[[Route], bool], busy: Callable[[Route], int]
) -> list[Route]:
    """The routes of a plan, with each credential of their backends."""
    ways = [way for route in plan for way in with_credentials(route)]
    if len(ways) > 1:
        ways.sort(
            key=lambda way: (
                not works(way),
                way.order,
                pressure(way, busy),
                -share(way.weight, conversation, way.backend.id, way.model),
                *place_of_credential(way, conversation),
            )
        )
    return ways


def with_credentials(route: Route) -> list[Route]:
    numbers = range(1, len(route.backend.credentials))
    return [route, *(replace(route, credential_number=number) for number in numbers)]


def pressure(route: Route, busy: Callable[[Route], int]) -> float:
    """How much one more request would weigh on a target, where that is asked for."""
    if not route.prefers_least_busy:
        return 0.0
    return (busy(route) + 1) / route.weight if route.weight else math.inf


def place_of_credential(route: Route, conversation: str) -> tuple[int, float]:
    """Where it comes among those of its backend; prompt caches belong to an account, so it stays the same too."""
    if len(route.backend.credentials) < 2:
        return 0, 0.0
    credential = route.backend.credentials[route.credential_number]
    return credential.order, -share(credential.weight, conversation, route.backend.id, credential.id)


def share(weight: int, conversation: str, *name: object) -> float:
    """How much this name claims a conversation; among several, each is the highest in proportion to its weight."""
    text = "\0".join((conversation, *map(str, name)))
    number = int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest())
    return -weight / math.log((number + 1) / (ROOM + 1))
