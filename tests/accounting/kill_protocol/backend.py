"""What the backend answers, and what it remembers of each answer: the tokens it reports, and how far it came."""

from __future__ import annotations

import asyncio
import random
from itertools import chain

from tests.accounting.kill_protocol.reconciliation import Answer, Tokens
from tests.support.answers import text, usage
from tests.support.scripted_backend import DONE, Gate, Reply, Request, Scripted, stream

PIECE = "all of these words come to ten tokens.. "
PIECE_TOKENS = 10  # as the gateway estimates them, so that what it noted of a stream can be compared
MOST_PIECES = 40
PAUSE_SECONDS = 0.06


class Drip(Gate):
    """After a piece went out: it is noted, and the next one waits for a moment."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    async def passed(self) -> None:
        self._answer.sent += PIECE_TOKENS
        await asyncio.sleep(PAUSE_SECONDS)


class Reported(Gate):
    """The usage went out, and with it all tokens."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    async def passed(self) -> None:
        self._answer.sent = self._answer.tokens.written


class DrippingBackend:
    """Answers for `ScriptedBackend.script_with`; `answers` has them in their order."""

    def __init__(self, seed: int) -> None:
        self.answers: list[Answer] = []
        self._random = random.Random(seed)

    def __call__(self, request: Request) -> Scripted:
        pieces = self._random.randint(1, MOST_PIECES)
        reported = Tokens(self._random.randint(1, 1000), pieces * PIECE_TOKENS)
        answer = Answer(request.headers["x-request-id"].removeprefix("req_"), reported)
        self.answers.append(answer)
        reply = text(PIECE, usage=usage(reported.read, reported.written))
        if request.json.get("stream"):
            return dripped(request, answer, pieces, reply.chunks(request))
        answer.sent = reported.written
        return reply.but(content=PIECE * pieces)


def dripped(request: Request, answer: Answer, pieces: int, chunks: list[dict[str, object]]) -> Reply:
    """The role, the text again and again, the end and the usage."""
    content = {**chunks[0], "choices": [{"index": 0, "delta": {"content": PIECE}, "finish_reason": None}]}
    drips = chain.from_iterable((content, Drip(answer)) for _ in range(pieces))
    return stream(chunks[0], *drips, *chunks[-2:], Reported(answer), DONE)
