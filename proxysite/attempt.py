"""One way to ask a backend for a reply, and the better one that its refusal calls for (protocol §1.6).

At most MOST_REPAIRS times, and only as long as nothing of a reply is there, a refused request is converted again with
what the refusal taught. What made a request succeed is remembered for its model: the next one begins with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from django.conf import settings

from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.repairs import MOST_REPAIRS, Repair, find_repair, repaired
from conversion.reply.translation import Translation
from conversion.request.convert import Conversion, convert_request
from conversion.request.identity import cache_keys
from conversion.request.kept_states import states_wanted
from conversion.request.read import MessagesRequest
from conversion.search.offer import SearchTerms, search_terms, with_function
from proxysite.handler import ApiRequest
from proxysite.large_bodies import beside_streams
from proxysite.outside import outside
from proxysite.request_ids import new_message_id, new_suffix
from proxysite.usage_row import AGENT_HEADER, SESSION_HEADER
from routing import snapshot
from routing.kept_states import kept_states
from routing.table import Route


@dataclass(frozen=True, slots=True)
class Attempt:
    """`repairs` are how it, and the destination of its route, differ from the first one; `translation` waits for the
    reply to `conversion`. With `search` the gateway runs the searches that the model asks for.
    """

    request: ApiRequest
    message: MessagesRequest
    route: Route
    conversion: Conversion
    translation: Translation
    repairs: tuple[Repair, ...] = ()
    search: SearchTerms | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was repaired, and what the conversion could not carry over."""
        return (*(repair.notice for repair in self.repairs), *self.conversion.notices)

    def keep_states(self) -> None:
        """Keep the reasoning of the reply that the client does not carry."""
        if self.translation.kept:
            kept_states.keep(self.request.key.client_id, self.translation.kept)

    def learn(self) -> None:
        """Let later requests begin with the repairs of this one."""
        if self.repairs:
            snapshot.learn(self.route, self.repairs)


async def first_attempt(request: ApiRequest, message: MessagesRequest, route: Route) -> Attempt:
    """As the route has it."""
    return await _attempt(request, message, route, ())


async def better_attempt(refused: Attempt, failure: BackendFailure) -> Attempt | None:
    """What to try after this failure; None where it does not say, or where a reply had begun.

    A repair that leaves this request as it is makes no attempt: the next one is looked for.
    """
    if refused.translation.started:
        return None
    better = refused
    while repair := find_repair(failure, better.route.destination, refused.conversion, better.repairs):
        if len(better.repairs) == MOST_REPAIRS:
            refused.learn()  # each of them got the request further; the next one goes on from there
            return None
        route = replace(better.route, destination=repaired(better.route.destination, [repair]))
        better = await _attempt(refused.request, refused.message, route, (*better.repairs, repair))
        if better.conversion.body != refused.conversion.body:
            return better
    return None


async def _attempt(request: ApiRequest, message: MessagesRequest, route: Route, repairs: tuple[Repair, ...]) -> Attempt:
    search = search_terms(message, route.destination.profile) if request.key.search is not None else None
    asked = with_function(message) if search is not None else message
    keys = cache_keys(
        asked,
        session_id=request.header(SESSION_HEADER),
        agent_id=request.header(AGENT_HEADER),
        client=request.key.client_name,
    )
    found = await outside(asked, route.destination)
    convert = partial(
        convert_request,
        asked,
        route.destination,
        secret=settings.SIGNATURE_SECRET,
        keys=keys,
        betas=betas(request),
        documents=found.documents,
        fetched=found.fetched,
        kept=await _kept(request, message, route),
    )
    conversion = await beside_streams(len(request.body), convert)
    translation = Translation(
        conversion.terms,
        route.destination,
        secret=settings.SIGNATURE_SECRET,
        message_id=new_message_id(),
        new_suffix=new_suffix,
    )
    return Attempt(request, message, route, conversion, translation, repairs, search)


async def _kept(request: ApiRequest, message: MessagesRequest, route: Route) -> dict[str, str]:
    """The reasoning of earlier replies that the client could not carry."""
    keys = states_wanted(message, route.destination)
    return await kept_states.find(request.key.client_id, keys) if keys else {}


def betas(request: ApiRequest) -> frozenset[str]:
    """The flags of `anthropic-beta`: a comma list, with or without spaces, in one header or several."""
    values = [value for name, value in request.scope["headers"] if name == b"anthropic-beta"]
    flags = b",".join(values).decode("latin-1").split(",")
    return frozenset(flag.strip() for flag in flags)
