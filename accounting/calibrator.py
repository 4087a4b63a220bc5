"""From closed requests to the calibration of their models: what backends report against what was estimated.

Each process learns from the requests that its own journal closes, in memory, and adds that to the models' rows now and
then: nothing reads the usage table for it. What a process that ends, or a database that is away, makes it lose is a
few samples.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from accounting.entries import Entry
from conversion.usage import Usage
from routing import calibration

SMALLEST_PROMPT = 500
"""In tokens. Of smaller prompts too much is what the backend puts around the text."""
KEPT = 2_000
"""As many samples wait for a database that is away."""

Sample: TypeAlias = tuple[int, str, calibration.Kind, float]
"""The backend, its model, which of the two calibrations, and by how much it was off."""


class Calibrator:
    """The samples that no row has yet."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=KEPT)

    def learn(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._samples.extend(samples(entry))

    def write(self) -> None:
        """Bring the samples into the rows of their models; those of a row that another process changes now stay."""
        waiting: dict[tuple[int, str, calibration.Kind], list[float]] = {}
        for backend_id, model, kind, ratio in self._samples:
            waiting.setdefault((backend_id, model, kind), []).append(ratio)
        for of, ratios in waiting.items():
            if calibration.learn(*of, ratios):
                self._samples = deque((each for each in self._samples if each[:3] != of), KEPT)


def samples(entry: Entry) -> Iterator[Sample]:
    """What one request teaches; nothing, unless its backend reported what it read, and read what was estimated."""
    opening, closing = entry.opening, entry.closing
    if closing is None or closing.state != "closed" or opening.backend_id is None or not opening.routed_model:
        return
    prompt = _prompt(closing.usage)
    if prompt < SMALLEST_PROMPT:
        return
    of = (opening.backend_id, opening.routed_model)
    if opening.estimated_input_tokens > 0 and opening.calibration > 0:
        yield *of, "estimate", prompt * opening.calibration / opening.estimated_input_tokens
    if closing.counted_input_tokens:
        yield *of, "count", prompt / closing.counted_input_tokens


def _prompt(usage: Usage) -> int:
    """Reported tokens of the prompt; 0 where none are, or where the results of searches are among them."""
    if usage.estimated or usage.web_search_requests:
        return 0
    return usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens
