"""What the journal keeps of one request: how it began, and how it ended.

Both are JSON in the journal, so a journal can be read with nothing but `sqlite3`, and one that an older version left
behind is understood: what it does not know has a default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from accounting.prices.rates import Rates
from conversion.notices import Notice
from conversion.usage import Usage

FinalState = Literal["closed", "failed", "cancelled", "interrupted"]


class Opening(Struct, frozen=True, kw_only=True):
    """What is known before the backend is asked. Names are kept as text: they may change, the past does not.

    `calibration` is the factor that is in `estimated_input_tokens` already. `kind` and `parent_request` say whether a
    client asked for it, or the gateway for the sake of a client's request. `rates` are what it is charged by, None
    where nobody knows a price; `budgets` are the windows of budgets that it counts for: a budget, and the second it
    began.
    """

    request_id: UUID
    started_at: float
    key_id: int | None = None
    client_id: int | None = None
    client_name: str = ""
    team_id: int | None = None
    team_name: str = ""
    requested_model: str = ""
    backend_id: int | None = None
    backend_name: str = ""
    routed_model: str = ""
    mapping: str = ""
    session_id: str = ""
    agent_id: str = ""
    parent_agent_id: str = ""
    endpoint: str = "messages"
    stream: bool = False
    estimated_input_tokens: int = 0
    calibration: float = 1.0
    kind: str = "message"
    parent_request: UUID | None = None
    saved_input_tokens: int = 0
    rates: Rates | None = None
    budgets: tuple[tuple[int, int], ...] = ()


class Moved(Struct, frozen=True, kw_only=True):
    """Where a request went in the end, in place of what its opening says."""

    backend_id: int
    backend_name: str
    routed_model: str
    estimated_input_tokens: int
    calibration: float
    rates: Rates | None = None


class Closing(Struct, frozen=True, kw_only=True):
    """How it ended; `time_to_first_token` and `duration` are in seconds, None where nobody could measure them.

    `counted_input_tokens` is what a tokenizer counts in the request, of a few requests.
    """

    state: FinalState
    http_status: int | None
    usage: Usage = Usage()
    stop_reason: str | None = None
    error_type: str | None = None
    notices: Sequence[Notice] = ()
    time_to_first_token: float | None = None
    duration: float | None = None
    counted_input_tokens: int | None = None
    moved: Moved | None = None


class Entry(Struct, frozen=True):
    """One request as it stands in a journal; `change` grows with everything that happens to any of them."""

    change: int
    opening: Opening
    output_tokens: int
    closing: Closing | None

    @property
    def key(self) -> bytes:
        return self.opening.request_id.bytes

    @property
    def changed_at(self) -> float:
        """When it was opened or closed, in seconds since the epoch."""
        duration = self.closing.duration if self.closing is not None else None
        return self.opening.started_at + (duration or 0.0)


_encoder = msgspec.json.Encoder()
_openings = msgspec.json.Decoder(Opening)
_closings = msgspec.json.Decoder(Closing)


def encode(part: Opening | Closing) -> bytes:
    return _encoder.encode(part)


def decode(change: int, opening: str | bytes, output_tokens: int, closing: str | None) -> Entry:
    """The entry of a journal's slot or row."""
    ended = _closings.decode(closing) if closing is not None else None
    began = _openings.decode(opening)
    if ended is not None and ended.moved is not None:
        began = structs.replace(began, **structs.asdict(ended.moved))
    return Entry(change, began, output_tokens, ended)


def interrupted(entry: Entry) -> Entry:
    """The entry of a request whose process ended before it: closed with what the journal saw last."""
    if entry.closing is not None:
        return entry
    usage = Usage(input_tokens=entry.opening.estimated_input_tokens, output_tokens=entry.output_tokens, estimated=True)
    closing = Closing(state="interrupted", http_status=None, usage=usage, error_type="interrupted")
    return Entry(entry.change, entry.opening, entry.output_tokens, closing)
