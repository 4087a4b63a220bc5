"""The routing table: what the database says of keys, backends and mappings, as one immutable value in memory.

`loading.py` builds it, `snapshot.py` replaces it when the data changes, `resolve.py` reads it. A request costs it
one HMAC and two dict lookups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from re import Pattern
from urllib.parse import urlsplit

from conversion.compression import Extent
from conversion.destination import Destination
from conversion.profiles import BackendProfile
from conversion.repairs import Repair
from conversion.request.read import MessagesRequest
from routing import keys
from routing.properties import NOTHING, Properties, properties

ROUTES_REMEMBERED = 4096

Place = tuple[str, int]
"""Whom mappings hold for: ("client", its id), ("team", its id) or EVERYBODY."""
EVERYBODY: Place = ("everybody", 0)

ModelOfBackend = tuple[int, str]
"""The id of a backend, and its name for one of its models."""


@dataclass(frozen=True, slots=True)
class JudgeEntry:
    """The model that judges tool calls in auto mode, and what the admin wants it to mind."""

    model: str
    policy: str = ""


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """The engine that searches the web for models that cannot."""

    kind: str
    base_url: str = ""
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key that is valid now, with whom it belongs to. `allowed_models`: patterns of the client and of its team.
    `capture_until`: when its requests are no longer kept for the inspector.
    """

    id: int
    prefix: str
    digest: bytes = field(repr=False)
    expires_at: float | None
    client_id: int
    client_name: str
    team_id: int | None
    team_name: str
    allowed_models: tuple[Pattern[str], ...] = ()
    judge: JudgeEntry | None = None
    search: SearchEntry | None = None
    capture_until: float | None = None


@dataclass(frozen=True, slots=True)
class CredentialEntry:
    """What opens a backend; `order` and `weight` are among its other credentials."""

    secret: str = field(repr=False)
    id: int = 0
    order: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """An enabled backend; `timeout` is how many seconds it may be silent, `credentials` are in order of preference.
    `max_concurrent`: how many requests it takes at once, None without a limit.
    """

    id: int
    name: str
    base_url: str
    dialect: str = "generic"
    profile: BackendProfile = field(default_factory=BackendProfile)
    overrides: Mapping[str, object] = field(default_factory=dict)
    credentials: tuple[CredentialEntry, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_version: str = ""
    timeout: float = 300.0
    max_retries: int = 2
    max_tokens_limit: int = 128_000
    min_tokens: int | None = None
    max_concurrent: int | None = None
    capture_until: float | None = None

    @property
    def group(self) -> str:
        return group(self.dialect, self.base_url)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """What is known of one model of a backend; `prices` are those of its list, by the names of `model_lists.py`."""

    name: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    dialect: str = ""
    overrides: Mapping[str, object] = field(default_factory=dict)
    abilities: Mapping[str, bool] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)
    offered: bool = False
    calibration: float = 1.0
    count_calibration: float = 1.0


@dataclass(frozen=True, slots=True)
class CompressionEntry:
    """How prompts are shortened on the way to a backend."""

    mode: str = "none"
    max_system_tokens: int = 4096
    summary_model: str = ""
    shortens_system_messages: bool = False
    shortens_tool_descriptions: bool = False
    clears_tool_results: bool = False

    @property
    def extent(self) -> Extent:
        limit = self.max_system_tokens if self.mode != "none" else None
        return Extent(limit, self.shortens_system_messages, self.shortens_tool_descriptions)


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """A model of a backend; without a name it is the one that the client asked for."""

    backend: BackendEntry
    model: str
    order: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a request must be like for a mapping to hold; `input_above` is in tokens, 0 for any length."""

    thinking: bool = False
    images: bool = False
    web_search: bool = False
    background: bool = False
    input_above: int = 0

    @property
    def count(self) -> int:
        return sum((self.thinking, self.images, self.web_search, self.background, self.input_above > 0))

    def hold(self, request: Properties) -> bool:
        return (
            (not self.thinking or request.thinking)
            and (not self.images or request.images)
            and (not self.web_search or request.web_search)
            and (not self.background or request.background)
            and (not self.input_above or request.input_tokens > self.input_above)
        )


@dataclass(frozen=True, slots=True)
class MappingEntry:
    """A mapping with those of its targets that are enabled, the preferred one first."""

    name: str
    kind: str
    targets: tuple[TargetEntry, ...]
    compression: CompressionEntry = CompressionEntry()
    prefers_least_busy: bool = False
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class Scope:
    """The mappings of one client, of one team or of everybody. Names are lower-case; more conditions come first."""

    exact: Mapping[str, tuple[MappingEntry, ...]] = field(default_factory=dict)
    globs: tuple[tuple[Pattern[str], MappingEntry], ...] = ()
    families: Mapping[str, tuple[MappingEntry, ...]] = field(default_factory=dict)
    defaults: tuple[tuple[Pattern[str], MappingEntry], ...] = ()

    @property
    def entries(self) -> Iterator[MappingEntry]:
        for same in (*self.exact.values(), *self.families.values()):
            yield from same
        yield from (entry for _, entry in (*self.globs, *self.defaults))


@dataclass(frozen=True, slots=True)
class Route:
    """Where one request can go, with which of the backend's credentials. `order` and `weight`: those of the target."""

    backend: BackendEntry
    model: str
    destination: Destination
    compression: CompressionEntry
    mapping: str
    order: int = 0
    weight: int = 1
    prefers_least_busy: bool = False
    credential_number: int = 0

    @property
    def credential(self) -> str:
        """Empty for a backend that wants none."""
        return self.backend.credentials[self.credential_number].secret if self.backend.credentials else ""

    @property
    def credential_id(self) -> int:
        return self.backend.credentials[self.credential_number].id if self.backend.credentials else 0

    @property
    def of(self) -> ModelOfBackend:
        return self.backend.id, self.model


Plan = tuple[Route, ...]
"""The routes to the targets of a mapping, the preferred one first; never empty."""


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
    asks_for_properties: bool = False
    input_limits: tuple[int, ...] = ()
    habits: dict[ModelOfBackend, tuple[Repair, ...]] = field(default_factory=dict)
    routes: dict[tuple[int, str, Properties], Plan] = field(default_factory=dict)
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

    def telling(self, message: MessagesRequest) -> Properties:
        """As much of what a request is like as any condition asks for."""
        if not self.asks_for_properties:
            return NOTHING
        found = properties(message)
        passed = [limit for limit in self.input_limits if found.input_tokens > limit]
        return found._replace(input_tokens=max(passed) + 1 if passed else 0)

    def remember(self, asked: tuple[int, str, Properties], plan: Plan) -> None:
        """Spare the next request the search; names are the clients' choice, so their number is bounded."""
        if len(self.routes) >= ROUTES_REMEMBERED:
            self.routes.clear()
        self.routes[asked] = plan

    def learn(self, of: ModelOfBackend, repairs: Iterable[Repair]) -> list[Repair]:
        """Let the next request begin with what made this one succeed; gives what was not known before."""
        before = self.habits.get(of, ())
        news = [repair for repair in repairs if repair not in before]
        if news:
            known = {(repair.kind, repair.subject): repair for repair in (*before, *news)}
            self.habits[of] = tuple(known.values())
            for asked, plan in list(self.routes.items()):
                if any(route.of == of for route in plan):
                    del self.routes[asked]
        return news


def group(dialect: str, base_url: str) -> str:
    """Who understands the reasoning state that this backend hands out: its dialect and its host."""
    return f"{dialect}:{urlsplit(base_url).netloc.lower()}"
