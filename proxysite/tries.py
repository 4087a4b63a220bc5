"""Tries targets, whatever the mappings say: one real request each, as the service itself sends them.

The rows are read from the database now, so that what was saved a moment ago is tried, in any process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from proxysite.probe import Probed, probe_patiently, request_as, text_of
from routing import lessons, loading
from routing.models import Backend
from routing.patterns import compiled
from routing.table import EVERYBODY, CompressionEntry, KeyEntry, MappingEntry, RoutingTable, Scope, TargetEntry

UNSHORTENED = CompressionEntry()


@dataclass(frozen=True, slots=True)
class Trial:
    """A target to be tried, in a table in which every name leads to it. `label` is what people call it."""

    label: str
    table: RoutingTable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial: what the model said, or what a client would have been told."""

    label: str
    status: int
    text: str
    milliseconds: int
    request_id: UUID
    stop_reason: str = ""
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def succeeded(self) -> bool:
        return self.status == 200


def trial(backend: Backend, model: str, label: str, compression: CompressionEntry = UNSHORTENED) -> Trial:
    """Without a model it is the name that is asked for, as with targets of mappings."""
    entry = loading.opened_backend(backend)
    mapping = MappingEntry("a test", "default", (TargetEntry(entry, model),), compression)
    table = RoutingTable(
        scopes={EVERYBODY: Scope(defaults=((compiled("*"), mapping),))},
        models=loading.models([backend.pk]),
        habits=lessons.learned([backend.pk]),
    )
    return Trial(label, table)


async def try_all(trials: Iterable[Trial], name: str, by: str) -> Sequence[Outcome]:
    """All at once, each asked for that name; `by` is whom usage records name."""
    return await asyncio.gather(*(outcome(trial, name, by) for trial in trials))


async def outcome(trial: Trial, name: str, by: str) -> Outcome:
    nobody = KeyEntry(0, "", b"", None, client_id=0, client_name=by, team_id=None, team_name="")
    request = request_as(nobody, table=trial.table)
    return outcome_of(trial, await probe_patiently(request, name), request.request_uuid)


def outcome_of(trial: Trial, probed: Probed, request_id: UUID) -> Outcome:
    heard = probed.heard
    told = (trial.label, heard.status, text_of(heard), probed.milliseconds, request_id)
    match msgspec.json.decode(heard.body):
        case {
            "stop_reason": str(stop_reason),
            "usage": {"input_tokens": int(uncached), "output_tokens": int(output), **others},
        }:
            cached = [others.get(name) for name in ("cache_read_input_tokens", "cache_creation_input_tokens")]
            read = uncached + sum(tokens for tokens in cached if isinstance(tokens, int))
            return Outcome(*told, stop_reason, read, output)
        case _:
            return Outcome(*told)
