"""A captured request once more, by another mapping or to another model: converted only, or really sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import msgspec

from conversion.errors import InvalidRequest
from conversion.notices import Notice
from conversion.request.read import MessagesRequest
from proxysite.ear import Heard
from proxysite.exchange import errand
from proxysite.explanation import NOBODY, read, sent
from proxysite.inspector.comparison import Change, compare
from proxysite.inspector.layout import pretty
from proxysite.probe import request_as
from proxysite.tries import Trial
from routing.resolve import plan
from routing.table import KeyEntry

PATIENCE_SECONDS = 120.0
TOO_LATE = f"The backend did not answer within {PATIENCE_SECONDS:.0f} seconds."


@dataclass(frozen=True, slots=True)
class Converted:
    """What a target would be sent, or why it cannot be."""

    label: str
    body: str = ""
    notices: Sequence[Notice] = ()
    changes: Sequence[Change] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a target answered."""

    label: str
    status: int
    body: str
    milliseconds: int
    request_id: UUID


def convert(trials: Iterable[Trial], body: bytes, model: str) -> list[Converted]:
    """What each target would be sent; nobody is asked."""
    try:
        message = read(body, model)
    except InvalidRequest as error:
        return [Converted(trial.label, refusal=error.message) for trial in trials]
    return [converted(trial, message, body) for trial in trials]


def converted(trial: Trial, message: MessagesRequest, body: bytes) -> Converted:
    (route, *_) = plan(trial.table, NOBODY, message.model, trial.table.telling(message))
    try:
        result = sent(NOBODY, message, route)
    except InvalidRequest as error:
        return Converted(trial.label, refusal=error.message)
    return Converted(trial.label, result.body, result.notices, compare(body.decode(), result.body))


async def send(trials: Iterable[Trial], body: bytes, model: str, by: str) -> Sequence[Answered]:
    """Ask all targets at once, for whole replies; `by` is whom usage records name."""
    document = {**msgspec.json.decode(body), "stream": False, **({"model": model} if model else {})}
    text = msgspec.json.encode(document)
    return await asyncio.gather(*(answered(trial, text, by) for trial in trials))


async def answered(trial: Trial, body: bytes, by: str) -> Answered:
    nobody = KeyEntry(0, "", b"", None, client_id=0, client_name=by, team_id=None, team_name="")
    request = request_as(nobody, table=trial.table, body=body, kind="test")
    started = monotonic()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            heard = await errand(request)
    except TimeoutError:
        heard = Heard(504, TOO_LATE.encode())
    milliseconds = round((monotonic() - started) * 1000)
    return Answered(
        trial.label, heard.status, pretty(heard.body.decode(errors="replace")), milliseconds, request.request_uuid
    )
