"""Now and then the tokens of a request are counted while its backend works, so that counts can be calibrated.

The quick estimate of every request is no measure for that: what a tokenizer makes of the same text differs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from conversion.request.read import MessagesRequest
from conversion.tokens import count_tokens
from proxysite.tokenizer import count_text
from routing.table import ModelOfBackend, Route

EVERY_SECONDS = 15.0
"""How often a process counts a request of the same model."""
LARGEST_BODY = 1024 * 1024
"""Larger ones are images and documents for the most part, and take long."""
MODELS = 1_000


class CountedSamples:
    """Which model is due, and the one thread that counts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[ModelOfBackend, float] = {}
        self._thread = ThreadPoolExecutor(1, "token samples")

    def begin(self, message: MessagesRequest, body_length: int, route: Route) -> Future[int] | None:
        """Start to count this request, if its model is due."""
        of, now = (route.backend.id, route.model), self._clock()
        if body_length > LARGEST_BODY or now - self._last.get(of, -math.inf) < EVERY_SECONDS:
            return None
        if len(self._last) >= MODELS:
            self._last.clear()
        self._last[of] = now
        return self._thread.submit(count_tokens, message, count_text)


def result_of(count: Future[int] | None) -> int | None:
    """What was counted, if that is done and went well; nobody waits for it."""
    if count is None or not count.done() or count.exception() is not None:
        return None
    return count.result()
