"""The usage record of one request in the making: opened before the backend is asked, closed exactly once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from concurrent.futures import Future
from typing import Protocol

from msgspec.structs import replace

from accounting import prices
from accounting.budgets.admission import UNBOUNDED, Admission, admit, admit_errand
from accounting.entries import FinalState
from accounting.prices.rates import Rates
from accounting.recorder import Booking, Closing, Moved, Opening, Recorder
from conversion.compression import Shortened
from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.request.convert import Conversion
from conversion.request.read import MessagesRequest
from conversion.usage import Usage
from proxysite.counted_samples import CountedSamples, result_of
from proxysite.handler import ApiRequest
from proxysite.request_ids import new_request_uuid
from routing.table import Route

NAME_LIMIT = 200
SESSION_HEADER = b"x-claude-code-session-id"
AGENT_HEADER = b"x-claude-code-agent-id"
PARENT_AGENT_HEADER = b"x-claude-code-parent-agent-id"

counted_samples = CountedSamples()


class Outcome(Protocol):
    """What a row is told of a reply, by one translation or by several rounds of them."""

    @property
    def usage(self) -> Usage: ...
    @property
    def stop_reason(self) -> str | None: ...
    @property
    def notices(self) -> Sequence[Notice]: ...
    @property
    def output_estimate(self) -> int: ...
    @property
    def opened(self) -> bool: ...


class Attempted(Protocol):
    """What a row is told of one attempt at a backend."""

    @property
    def route(self) -> Route: ...
    @property
    def conversion(self) -> Conversion: ...
    @property
    def translation(self) -> Outcome: ...


class UsageRow:
    """What is known of the request so far; everything else is in the `Booking` that it opens."""

    def __init__(self, request: ApiRequest, recorder: Recorder) -> None:
        self._request = request
        self._recorder = recorder
        self._started_at = time.time()
        self._clock = time.monotonic()
        self._first_token: float | None = None
        self._message: MessagesRequest | None = None
        self._shortened: Shortened | None = None
        self._notices: tuple[Notice, ...] = ()
        self._rates: Rates | None = None
        self._admission = UNBOUNDED
        self._booking: Booking | None = None
        self._count: Future[int] | None = None
        self._outcome: Outcome | None = None
        self._moved: Moved | None = None
        self._tried_at = self._started_at

    def asks(self, message: MessagesRequest) -> None:
        self._message = message

    def shortened(self, shortened: Shortened) -> None:
        """What is converted in place of the message that the client sent."""
        self._message = shortened.request
        self._shortened = shortened

    async def admit(self, route: Route, conversion: Conversion) -> Admission:
        """Set aside what the request may cost; raises Refusal where budgets or limits of its client forbid it."""
        self._rates = prices.rates_for(route, self._started_at)
        terms = conversion.terms
        asked = (self._request.key, self._rates, terms.estimated_input_tokens, terms.max_tokens)
        self._admission = await (admit(*asked) if self._request.parent is None else admit_errand(*asked))
        return self._admission

    def open(self, route: Route, conversion: Conversion) -> None:
        """Put the row into the journal; when this returns, a killed process does not lose the request."""
        self._booking = self._recorder.open(self._opening(route, conversion.terms.estimated_input_tokens))
        if self._message is not None:
            self._count = counted_samples.begin(self._message, len(self._request.body), route)
        self._booking.opened()

    def moved(self, failed: Attempted, failure: BackendFailure, other: Attempted) -> None:
        """The request goes on elsewhere: what failed becomes a row of its own, this one says where it ended."""
        now = time.time()
        opening = self._opening(failed.route, failed.conversion.terms.estimated_input_tokens)
        mine = {"request_id": new_request_uuid(), "kind": "attempt", "parent_request": self._request.request_uuid}
        booking = self._recorder.open(replace(opening, **mine, started_at=self._tried_at, budgets=()))
        usage = failed.translation.usage if failed.translation.opened else Usage()
        booking.close(
            Closing(
                state="failed",
                http_status=failure.status,
                usage=usage,
                error_type=failure.type,
                notices=self._notices,
                duration=now - self._tried_at,
            )
        )
        route = other.route
        self._rates = prices.rates_for(route, self._started_at)
        self._moved = Moved(
            backend_id=route.backend.id,
            backend_name=route.backend.name,
            routed_model=route.model,
            estimated_input_tokens=other.conversion.terms.estimated_input_tokens,
            calibration=route.destination.calibration,
            rates=self._rates,
        )
        self._tried_at, self._first_token, self._outcome, self._count = now, None, None, None

    def converted(self, notices: tuple[Notice, ...]) -> None:
        """What the conversion that is sent now lost, and what was repaired for it."""
        self._notices = notices

    def note(self, notices: Sequence[Notice]) -> None:
        """What else there is to say about the request."""
        self._notices = (*self._notices, *notices)

    def progress(self, outcome: Outcome) -> None:
        """What a killed process would have cost, had it been killed now."""
        self._outcome = outcome
        if self._booking is not None:
            self._booking.progress(outcome.output_estimate)
        if self._first_token is None and outcome.opened:
            self._first_token = time.monotonic() - self._clock

    def finish(self, outcome: Outcome) -> Awaitable[None]:
        """Close the row of an answered request; awaited, the row is durable."""
        return self._close("closed", 200, outcome)

    def fail(self, status: int, error_type: str, outcome: Outcome | None) -> Awaitable[None]:
        return self._close("failed", status, self._outcome or outcome, error_type)

    def cancel(self, outcome: Outcome | None) -> Awaitable[None]:
        """Close the row of a client that left (nginx's 499)."""
        return self._close("cancelled", 499, self._outcome or outcome)

    def _close(
        self, state: FinalState, status: int, outcome: Outcome | None, error_type: str | None = None
    ) -> Awaitable[None]:
        if self._booking is None:
            self._booking = self._recorder.open(self._opening(None, 0))
        usage = outcome.usage if outcome is not None else Usage()
        self._admission.settle(self._rates, usage, state)
        return self._booking.close(
            Closing(
                state=state,
                http_status=status,
                usage=usage,
                stop_reason=outcome.stop_reason if outcome is not None else None,
                error_type=error_type,
                notices=self._all_notices(outcome),
                time_to_first_token=self._first_token,
                duration=time.monotonic() - self._clock,
                counted_input_tokens=result_of(self._count),
                moved=self._moved,
            )
        )

    def _all_notices(self, outcome: Outcome | None) -> Sequence[Notice]:
        shortening = self._shortened.notices if self._shortened is not None else ()
        notices = (*self._admission.notices, *shortening, *self._notices)
        return notices if outcome is None else (*notices, *outcome.notices)

    def _opening(self, route: Route | None, estimated_input_tokens: int) -> Opening:
        key = self._request.key
        message = self._message
        saved = self._shortened.saved_tokens if self._shortened is not None else 0
        calibration = route.destination.calibration if route is not None else 1.0
        return Opening(
            request_id=self._request.request_uuid,
            started_at=self._started_at,
            kind=self._request.kind,
            parent_request=self._request.parent,
            key_id=key.id,
            client_id=key.client_id,
            client_name=key.client_name,
            team_id=key.team_id,
            team_name=key.team_name,
            requested_model=message.model[:NAME_LIMIT] if message is not None else "",
            backend_id=route.backend.id if route is not None else None,
            backend_name=route.backend.name if route is not None else "",
            routed_model=route.model if route is not None else "",
            mapping=route.mapping if route is not None else "",
            session_id=self._request.header(SESSION_HEADER)[:NAME_LIMIT],
            agent_id=self._request.header(AGENT_HEADER)[:NAME_LIMIT],
            parent_agent_id=self._request.header(PARENT_AGENT_HEADER)[:NAME_LIMIT],
            endpoint="messages",
            stream=bool(message is not None and message.stream),
            estimated_input_tokens=estimated_input_tokens,
            calibration=calibration,
            saved_input_tokens=round(saved * calibration),
            rates=self._rates,
            budgets=self._admission.budgets,
        )
