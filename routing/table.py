"""The routing table: what the database says of keys, backends and mappings, as one immutable value in memory.

`loading.py` builds it, `snapshot.py` replaces it when the data changes, `resolve.py` reads it. A request costs it
one HMAC and two dict lookups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from re import Pattern
from urllib.parse import urlsplit

from conversion.destination import Destination
from conversion.profiles import BackendProfile
from conversion.repairs import Repair
from routing import keys

ROUTES_REMEMBERED = 4096

Place = tuple[str, int]
"""Whom mappings hold for: ("client", its id), ("team", its id) or EVERYBODY."""
EVERYBODY: Place = ("everybody", 0)

ModelOfBackend = tuple[int, str]
"""The id of a backend, and its name for one of its models."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key that is valid now, with whom it belongs to. `allowed_models`: patterns of the client and of its team."""

    id: int
    prefix: str
    digest: bytes = field(repr=False)
    expires_at: float | None
    client_id: int
    client_name: str
    team_id: int | None
    team_name: str
    allowed_models: tuple[Pattern[str], ...] = ()


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """An enabled backend; `timeout` is how many seconds it may be silent, `credentials` are in order of preference."""

    id: int
    name: str
    base_url: str
    dialect: str = "generic"
    profile: BackendProfile = field(default_factory=BackendProfile)
    overrides: Mapping[str, object] = field(default_factory=dict)
    credentials: tuple[str, ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_version: str = ""
    timeout: float = 300.0
    max_retries: int = 2
    max_tokens_limit: int = 128_000
    min_tokens: int | None = None

    @property
    def group(self) -> str:
        return group(self.dialect, self.base_url)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """What is known of one model of a backend."""

    name: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    dialect: str = ""
    overrides: Mapping[str, object] = field(default_factory=dict)
    abilities: Mapping[str, bool] = field(default_factory=dict)
    offered: bool = False
    calibration: float = 1.0
    count_calibration: float = 1.0


@dataclass(frozen=True, slots=True)
class CompressionEntry:
    """How system prompts are shortened on the way to a backend."""

    mode: str = "none"
    max_system_tokens: int = 4096
    summary_model: str = ""


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """A model of a backend; without a name it is the one that the client asked for."""

    backend: BackendEntry
    model: str


@dataclass(frozen=True, slots=True)
class MappingEntry:
    """A mapping with those of its targets that are enabled, the preferred one first."""

    name: str
    kind: str
    targets: tuple[TargetEntry, ...]
    compression: CompressionEntry = CompressionEntry()


@dataclass(frozen=True, slots=True)
class Scope:
    """The mappings of one client, of one team or of everybody. Names are lower-case."""

    exact: Mapping[str, MappingEntry] = field(default_factory=dict)
    globs: tuple[tuple[Pattern[str], MappingEntry], ...] = ()
    families: Mapping[str, MappingEntry] = field(default_factory=dict)
    defaults: tuple[tuple[Pattern[str], MappingEntry], ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Where one request goes."""

    backend: BackendEntry
    model: str
    destination: Destination
    compression: CompressionEntry
    mapping: str

    @property
    def credential(self) -> str:
        """The preferred credential; empty for a backend that wants none."""
        return self.backend.credentials[0] if self.backend.credentials else ""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One name that may be asked for, and what is known of the model behind it."""

    id: str
    display_name: str
    context_window: int | None
    max_output_tokens: int | None
    profile: BackendProfile = field(default_factory=BackendProfile)
    abilities: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """`habits`, `routes` and `uses` are its only moving parts: what refusals of backends taught, routes found so far,
    and when each key was last used.
    """

    keys: Mapping[bytes, KeyEntry] = field(default_factory=dict)
    scopes: Mapping[Place, Scope] = field(default_factory=dict)
    listed: Mapping[str, TargetEntry] = field(default_factory=dict)
    models: Mapping[ModelOfBackend, ModelEntry] = field(default_factory=dict)
    habits: dict[ModelOfBackend, tuple[Repair, ...]] = field(default_factory=dict)
    routes: dict[tuple[int, str], Route] = field(default_factory=dict)
    uses: dict[int, float] = field(default_factory=dict)

    def key(self, text: str, now: float) -> KeyEntry | None:
        """The key that this text is, noted as used now.

        It is found by its HMAC: how long that takes tells nothing of any key to those who do not have the pepper.
        """
        entry = self.keys.get(keys.digest(text))
        if entry is None or (entry.expires_at is not None and entry.expires_at <= now):
            return None
        self.uses[entry.id] = now
        return entry

    def scopes_of(self, key: KeyEntry) -> list[Scope]:
        """Those whose mappings hold for this key, the narrowest first; the last one is everybody's."""
        narrower = (("client", key.client_id), ("team", key.team_id or 0))
        found = [self.scopes[place] for place in narrower if place in self.scopes]
        return [*found, self.scopes.get(EVERYBODY, Scope())]

    def remember(self, client_id: int, model: str, route: Route) -> None:
        """Spare the next request the search; names are the clients' choice, so their number is bounded."""
        if len(self.routes) >= ROUTES_REMEMBERED:
            self.routes.clear()
        self.routes[client_id, model] = route

    def learn(self, of: ModelOfBackend, repairs: Iterable[Repair]) -> list[Repair]:
        """Let the next request begin with what made this one succeed; gives what was not known before."""
        before = self.habits.get(of, ())
        news = [repair for repair in repairs if repair not in before]
        if news:
            known = {(repair.kind, repair.subject): repair for repair in (*before, *news)}
            self.habits[of] = tuple(known.values())
            for asked, route in list(self.routes.items()):
                if (route.backend.id, route.model) == of:
                    del self.routes[asked]
        return news


def group(dialect: str, base_url: str) -> str:
    """Who understands the reasoning state that this backend hands out: its dialect and its host."""
    return f"{dialect}:{urlsplit(base_url).netloc.lower()}"
