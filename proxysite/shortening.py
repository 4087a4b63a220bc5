"""Shortens the prompt of a request as its mapping wants it; a summary that is missing is waited for, for a while.

Only a request of a conversation has a summary made. Those beside it (titles, checks, the summary of the conversation
itself) neither ask nor wait for one; they get what is there, for the sake of the prompt cache that they share.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from conversion.compression import Question, Shortened, is_side_request, question_for, shortened
from conversion.request.read import MessagesRequest
from proxysite.ear import Heard
from proxysite.handler import ApiRequest
from routing.summaries import Answer, Wanted, summaries
from routing.table import Route

WAIT_SECONDS = 20.0
"""How long the first request with a prompt waits for its summary. Then it goes with what the rules make of it."""

Errand = Callable[[ApiRequest], Awaitable[Heard]]
"""Answers a request of the gateway's own."""


async def shortened_for(request: ApiRequest, message: MessagesRequest, route: Route, errand: Errand) -> Shortened:
    """The message for its route; raises InvalidRequest. What the gateway itself asks for stays as it is."""
    extent = route.compression.extent
    if extent.is_nothing or request.kind != "message":
        return Shortened(message)
    question = _question(message, route)
    if question is None:
        return shortened(message, extent)
    wanted = _wanted(question, route)
    summary = summaries.known(wanted.digest)
    if summary is None and not is_side_request(message):
        asking = _Asking(request, question, route.compression.summary_model or message.model, errand)
        summary = await summaries.text(wanted, asking, WAIT_SECONDS)
    if summary is not None:
        summaries.note_use(wanted.digest)
    return shortened(message, extent, summary)


def shortened_now(message: MessagesRequest, route: Route) -> Shortened:
    """The same with a summary only where one is there."""
    question = _question(message, route)
    summary = summaries.known(_wanted(question, route).digest) if question is not None else None
    return shortened(message, route.compression.extent, summary)


class _Asking:
    """Asks the model on behalf of a request, in an exchange of its own."""

    def __init__(self, request: ApiRequest, question: Question, model: str, errand: Errand) -> None:
        self._request = request
        self._question = question
        self._model = model
        self._errand = errand

    async def __call__(self) -> Answer:
        request = self._request.errand(self._question.body(self._model), "summary")
        heard = await self._errand(request)
        return self._answer(heard, request.request_uuid)

    def _answer(self, heard: Heard, request_id: UUID) -> Answer:
        if heard.status != 200:
            return Answer(request_id, failure=f"HTTP status {heard.status}")
        if (text := self._question.accepted(heard.body)) is None:
            return Answer(request_id, failure="the answer is no shorter text, or was cut")
        return Answer(request_id, text)


def _question(message: MessagesRequest, route: Route) -> Question | None:
    compression = route.compression
    return question_for(message, compression.extent) if compression.mode == "summarize" else None


def _wanted(question: Question, route: Route) -> Wanted:
    """Without a model of its own it is the one that the request goes to, whatever name that was asked for by."""
    own = route.compression.summary_model
    digest = question.digest("asked for", own) if own else question.digest(route.backend.id, route.model)
    return Wanted(digest, own or route.model, question.guidance)
