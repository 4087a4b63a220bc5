"""Where a request would go and what would be sent, told step by step: no backend is asked, nothing is stored.

`routing.resolve` itself says where it goes, and the service's own conversion what is sent. Rows are read from the
database now. What is at URLs, and the texts of PDF documents for backends that read none, are left out here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from django.conf import settings
from django.utils import timezone

from accounting.prices.current import whole_table
from accounting.prices.rates import Rates
from accounting.prices.table import PriceTable, Subject
from conversion.errors import InvalidRequest
from conversion.notices import Notice
from conversion.request.convert import convert_request
from conversion.request.identity import cache_keys
from conversion.request.read import MessagesRequest, read_messages_request
from conversion.search.offer import search_terms, with_function
from conversion.tokens import count_tokens
from proxysite.shortening import shortened_now
from proxysite.tokenizer import count_text
from routing import loading
from routing.choice import in_order
from routing.endpoints import completions_url
from routing.errors import RoutingError
from routing.health.board import board
from routing.models import BackendHealth, Client, ClientKey
from routing.origins import Habit, habits_of
from routing.properties import Properties
from routing.resolve import knowing, mapping_for, plain_name, plan
from routing.table import Conditions, KeyEntry, MappingEntry, Route, RoutingTable

NOBODY = KeyEntry(0, "", b"", None, client_id=0, client_name="nobody in particular", team_id=None, team_name="")
"""Whoever has no mappings of their own."""
USUAL_OUTPUT = 32_000
"""As Claude Code asks for."""
KINDS = {
    "exact": "exactly this name",
    "glob": "a pattern that fits",
    "family": "a family that the name contains",
    "listed": "a backend lists this name",
    "default": "a default",
}
CONDITIONS = {
    "thinking": "requests with thinking",
    "images": "requests with images",
    "web_search": "requests that search the web",
    "background": "requests beside the conversation",
    "input_above": "longer requests",
}


@dataclass(frozen=True, slots=True)
class Considered:
    """A mapping that knows the name; `unmet` are those of its conditions that do not hold."""

    name: str
    reason: str
    targets: Sequence[str]
    unmet: Sequence[str]
    wins: bool

    @property
    def verdict(self) -> str:
        if self.wins:
            return "wins"
        if self.unmet:
            return f"passed over: it is only for {', '.join(self.unmet)}"
        return "passed over: it comes later"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as a target would get it. Tokens are estimates, calibrated for the model."""

    body: str
    notices: Sequence[Notice]
    tokens: int
    tokens_before: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Target:
    """One target of the mapping that wins; `health`: why it is left alone at the moment, empty where it is not.
    `refusal`: why the request cannot be converted for it.
    """

    route: Route
    url: str
    health: str
    habits: Sequence[Habit]
    rates: Rates | None
    sent: Sent | None = None
    refusal: str = ""

    @property
    def price(self) -> str:
        """What a million tokens cost, and who says so."""
        if self.rates is None:
            return "unknown"
        read, written = (f"{rate * 1_000_000:.2f}" for rate in (self.rates.input, self.rates.output))
        return f"{read} USD for a million tokens read, {written} written ({self.rates.source})"

    @property
    def window_share(self) -> str:
        """How much of the window the input takes."""
        window = self.route.destination.context_window
        return f"{self.sent.tokens / window:.1%}" if window and self.sent else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`refusal`: what a client would be told in place of an answer."""

    asked: str
    name: str
    mappings: Sequence[Considered]
    targets: Sequence[Target]
    refusal: str = ""


def key_of(client: Client | None) -> KeyEntry:
    """The key that such a client would ask with."""
    if client is None:
        return NOBODY
    return loading.key_entry(ClientKey(client=client), loading.search_engines())


def sample(model: str) -> bytes:
    """What is explained where nobody gave a request."""
    message = {"role": "user", "content": "Hello"}
    return msgspec.json.encode({"model": model, "stream": True, "messages": [message]})


def read(body: bytes, model: str) -> MessagesRequest:
    """The request, for that model if one is named; a limit of output is not asked for. Raises InvalidRequest."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        document = None
    if isinstance(document, dict):
        named = {"model": model} if model else {}
        body = msgspec.json.encode({"max_tokens": USUAL_OUTPUT, **document, **named})
    return read_messages_request(body)


def explain(table: RoutingTable, key: KeyEntry, request: MessagesRequest) -> Explanation:
    """What becomes of the request when this key asks."""
    name, asked_for = plain_name(request.model), table.telling(request)
    winner = mapping_for(table, key, name, asked_for)
    known = {id(mapping): mapping for mapping in knowing(table, key, name)}.values()  # several patterns of one may fit
    mappings = [considered(mapping, asked_for, wins=mapping == winner) for mapping in known]
    try:
        found = plan(table, key, request.model, asked_for)
    except RoutingError as error:
        return Explanation(request.model, name, mappings, (), error.message)
    prices = whole_table()
    ways = in_order(found, f"client {key.client_id}", board.lets_through, board.busy)
    targets = [explained(table, key, request, way, prices) for way in ways if way.credential_number == 0]
    return Explanation(request.model, name, mappings, targets)


def considered(mapping: MappingEntry, request: Properties, *, wins: bool) -> Considered:
    targets = [f"{target.backend.name} → {target.model or 'the same name'}" for target in mapping.targets]
    return Considered(mapping.name, KINDS[mapping.kind], targets, unmet(mapping.conditions, request), wins)


def unmet(conditions: Conditions, request: Properties) -> list[str]:
    """Which of the conditions do not hold, each asked for itself."""
    single = {name: replace(Conditions(), **{name: getattr(conditions, name)}) for name in CONDITIONS}
    return [words for name, words in CONDITIONS.items() if not single[name].hold(request)]


def health(found: Route) -> str:
    """Why requests avoid this target now, as every process knows."""
    row = BackendHealth.objects.filter(backend=found.backend.id, model=found.model, openings__gt=0).first()
    if row is None:
        return ""
    return f"left alone, tried again from {timezone.localtime(row.open_until):%H:%M:%S}: {row.reason}"


def explained(table: RoutingTable, key: KeyEntry, request: MessagesRequest, found: Route, prices: PriceTable) -> Target:
    backend, destination = found.backend, found.destination
    rates = prices.rates(Subject(backend.id, backend.dialect, found.model), time.time())
    url = completions_url(backend, found.model, destination.profile.wire)
    told = (found, url, health(found), habits_of(table, found), rates)
    try:
        return Target(*told, sent=sent(key, request, found))
    except InvalidRequest as error:
        return Target(*told, refusal=error.message)


def sent(key: KeyEntry, request: MessagesRequest, found: Route) -> Sent:
    """The same steps as `attempt.py` takes; raises InvalidRequest."""
    destination = found.destination
    shortened = shortened_now(request, found)
    message = shortened.request
    if key.search is not None and search_terms(message, destination.profile) is not None:
        message = with_function(message)
    keys = cache_keys(message, client=key.client_name)
    conversion = convert_request(message, destination, secret=settings.SIGNATURE_SECRET, keys=keys)
    return Sent(
        body=json.dumps(json.loads(conversion.body), indent=2, ensure_ascii=False),
        notices=(*shortened.notices, *conversion.notices),
        tokens=counted(shortened.request, found),
        tokens_before=counted(request, found),
        max_tokens=conversion.terms.max_tokens,
    )


def counted(request: MessagesRequest, found: Route) -> int:
    return max(1, round(count_tokens(request, count_text) * found.destination.count_calibration))
