"""The usage record of one request in the making: opened before the backend is asked, closed exactly once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from concurrent.futures import Future

from accounting.entries import FinalState
from accounting.recorder import Booking, Closing, Opening, Recorder
from conversion.notices import Notice
from conversion.reply.translation import Translation
from conversion.request.convert import Conversion
from conversion.request.read import MessagesRequest
from conversion.usage import Usage
from proxysite.counted_samples import CountedSamples, result_of
from proxysite.handler import ApiRequest
from routing.table import Route

NAME_LIMIT = 200
SESSION_HEADER = b"x-claude-code-session-id"
AGENT_HEADER = b"x-claude-code-agent-id"
PARENT_AGENT_HEADER = b"x-claude-code-parent-agent-id"

counted_samples = CountedSamples()


class UsageRow:
    """What is known of the request so far; everything else is in the `Booking` that it opens."""

    def __init__(self, request: ApiRequest, recorder: Recorder) -> None:
        self._request = request
        self._recorder = recorder
        self._started_at = time.time()
        self._clock = time.monotonic()
        self._first_token: float | None = None
        self._message: MessagesRequest | None = None
        self._notices: tuple[Notice, ...] = ()
        self._booking: Booking | None = None
        self._count: Future[int] | None = None

    def asks(self, message: MessagesRequest) -> None:
        self._message = message

    async def open(self, route: Route, conversion: Conversion) -> None:
        """Put the row into the journal; when this returns, a killed process does not lose the request."""
        self._booking = self._recorder.open(self._opening(route, conversion.terms.estimated_input_tokens))
        if self._message is not None:
            self._count = counted_samples.begin(self._message, len(self._request.body), route)
        await self._booking.opened()

    def converted(self, notices: tuple[Notice, ...]) -> None:
        """What the conversion that is sent now lost, and what was repaired for it."""
        self._notices = notices

    def progress(self, translation: Translation) -> None:
        """What a killed process would have cost, had it been killed now."""
        if self._booking is not None:
            self._booking.progress(translation.output_estimate)
        if self._first_token is None and translation.opened:
            self._first_token = time.monotonic() - self._clock

    def finish(self, translation: Translation) -> Awaitable[None]:
        """Close the row of an answered request; awaited, the row is durable."""
        return self._close("closed", 200, translation)

    def fail(self, status: int, error_type: str, translation: Translation | None) -> Awaitable[None]:
        return self._close("failed", status, translation, error_type)

    def cancel(self, translation: Translation | None) -> Awaitable[None]:
        """Close the row of a client that left (nginx's 499)."""
        return self._close("cancelled", 499, translation)

    def _close(
        self, state: FinalState, status: int, translation: Translation | None, error_type: str | None = None
    ) -> Awaitable[None]:
        if self._booking is None:
            self._booking = self._recorder.open(self._opening(None, 0))
        return self._booking.close(
            Closing(
                state=state,
                http_status=status,
                usage=translation.usage if translation is not None else Usage(),
                stop_reason=translation.stop_reason if translation is not None else None,
                error_type=error_type,
                notices=self._all_notices(translation),
                time_to_first_token=self._first_token,
                duration=time.monotonic() - self._clock,
                counted_input_tokens=result_of(self._count),
            )
        )

    def _all_notices(self, translation: Translation | None) -> Sequence[Notice]:
        return self._notices if translation is None else (*self._notices, *translation.notices)

    def _opening(self, route: Route | None, estimated_input_tokens: int) -> Opening:
        key = self._request.key
        message = self._message
        return Opening(
            request_id=self._request.request_uuid,
            started_at=self._started_at,
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
            calibration=route.destination.calibration if route is not None else 1.0,
        )
