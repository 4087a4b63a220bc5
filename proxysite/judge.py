"""Has the tool calls of a reply judged by the model that the admin chose for it (Claude Code's auto mode).

The client runs no call before the reply's `message_delta`, which carries the verdicts: everything before it is
delivered as it comes, and it waits for the judge. A judge that does not answer in time, or not plainly, gave no
verdict, and the client is told so. Nobody but the judge ever says that a call is harmless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec.structs import replace

from conversion.errors import InvalidRequest
from conversion.judge.calls import Calls
from conversion.judge.question import fits, question
from conversion.judge.verdicts import answer_text, no_verdicts, verdicts
from conversion.notices import Notice
from conversion.reply.events import Event, MessageDelta
from conversion.reply.safeguards import Available, Evaluated, SafeguardResult, Verdict
from conversion.request.read import MessagesRequest
from proxysite.ear import Heard
from routing.table import JudgeEntry

PATIENCE_SECONDS = 90.0

Ask = Callable[[bytes], Awaitable[Heard]]
"""Sends a Messages request of the gateway's own, on behalf of the one that is answered."""


class Judge:
    """The judge of one reply."""

    def __init__(self, entry: JudgeEntry, message: MessagesRequest, ask: Ask) -> None:
        self._entry = entry
        self._message = message
        self._ask = ask
        self._calls = Calls()
        self.notices: list[Notice] = []

    def see(self, events: Sequence[Event]) -> None:
        """Note the calls among events that pass."""
        self._calls.see(events)

    async def judged(self, events: list[Event]) -> list[Event]:
        """The last events of the reply, with what was judged."""
        found = await self._verdicts() if self._calls.made else {}
        self.notices = [Notice("judged", f"{call.name}: {in_words(found[call.id])}") for call in self._calls.made]
        results = (SafeguardResult(Available(found)),)
        return [
            replace(event, delta=replace(event.delta, safeguard_results=results))
            if isinstance(event, MessageDelta)
            else event
            for event in events
        ]

    async def _verdicts(self) -> Mapping[str, Verdict]:
        calls = self._calls.made
        if not fits(calls):
            return no_verdicts(calls, "input_too_long")
        asked = question(self._message, calls, model=self._entry.model, policy=self._entry.policy)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                heard = await self._ask(asked)
        except TimeoutError:
            return no_verdicts(calls, "timeout")
        if heard.status != 200:
            return no_verdicts(calls, "error")
        answer = answer_text(heard.body)
        return no_verdicts(calls, "truncated") if answer is None else verdicts(answer, calls)


def judge_for(entry: JudgeEntry | None, message: MessagesRequest, ask: Ask) -> Judge | None:
    """The judge that a request wants; raises InvalidRequest where it wants one and there is none.

    The words make Claude Code ask again without it, and tell its user that auto mode cannot check actions.
    """
    if not message.safeguards:
        return None
    if entry is None:
        raise InvalidRequest("safeguards: Extra inputs are not permitted")
    return Judge(entry, message, ask)


def in_words(verdict: Verdict) -> str:
    if isinstance(verdict, Evaluated):
        outcome = verdict.outcome.replace("_", " ")
        return f"{outcome}, {verdict.explanation}" if verdict.explanation else outcome
    return f"no verdict ({verdict.reason})"
