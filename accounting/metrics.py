"""What Prometheus reads: counted when finished requests are copied into the table, so that no request waits for it.

Several processes of one host count together, in files of PROMETHEUS_MULTIPROC_DIR (`manage.py serve` makes the folder).
Names that clients choose freely are bounded: after MOST_NAMES of a kind all others count as "other".
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accounting.entries import Closing, Entry, Opening
from accounting.prices import charge

MOST_NAMES = 200
OTHER = "other"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""What the Prometheus client reads when it is imported."""

WHERE = ("model", "backend", "team")
SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600)

REQUESTS = Counter("claude_code_proxy_requests", "Finished requests.", ("kind", "state", "status", "error", *WHERE))
TOKENS = Counter("claude_code_proxy_tokens", "Tokens of finished requests, by what they were for.", ("type", *WHERE))
COST = Counter("claude_code_proxy_cost_usd", "What finished requests cost, in USD, where it is known.", WHERE)
UNPRICED = Counter("claude_code_proxy_unpriced_requests", "Finished requests of unknown cost.", WHERE)
SAVED = Counter("claude_code_proxy_saved_tokens", "Input tokens that compression left out.", WHERE)
FIRST_TOKEN = Histogram(
    "claude_code_proxy_time_to_first_token_seconds",
    "From the request to its first content.",
    WHERE[:2],
    buckets=SECONDS,
)
DURATION = Histogram(
    "claude_code_proxy_request_duration_seconds", "From the request to its end.", WHERE[:2], buckets=SECONDS
)
IN_FLIGHT = Gauge("claude_code_proxy_requests_in_flight", "Requests being served.", multiprocess_mode="livesum")
BACKLOG = Gauge(
    "claude_code_proxy_journal_backlog", "Openings and closings that the table lacks.", multiprocess_mode="livesum"
)
LAG = Gauge("claude_code_proxy_journal_lag_seconds", "How far the table is behind.", multiprocess_mode="livemax")


class Names:
    """The label values of one kind that are told apart."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def bounded(self, name: str) -> str:
        if name not in self._known:
            if len(self._known) >= MOST_NAMES:
                return OTHER
            self._known.add(name)
        return name


_models, _backends, _teams = Names(), Names(), Names()


def count(entries: Iterable[Entry]) -> None:
    """Add the finished ones among these; each may come once."""
    for entry in entries:
        if entry.closing is not None:
            _count(entry.opening, entry.closing)


def tell(*, in_flight: int, backlog: int, lag: float) -> None:
    """How this process does now."""
    IN_FLIGHT.set(in_flight)
    BACKLOG.set(backlog)
    LAG.set(lag)


def exposition() -> bytes:
    """All of it in Prometheus's text format, of every process that counts together; reads files."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    registry.register(Together(Path(folder)))
    return generate_latest(registry)


class Together(Collector):
    """What the processes that share this folder counted; gauges of those that ended are removed.

    Any of them may make or remove a file meanwhile: a new one is empty for a moment, which the library does not expect.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        for file in self._folder.glob("gauge_live*_*.db"):
            if not runs(int(file.stem.rpartition("_")[2])):
                file.unlink(missing_ok=True)
        files = [str(file) for file in self._folder.glob("*.db") if _size(file)]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged


def runs(process: int) -> bool:
    """Whether there is a process of that number on this host."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _size(file: Path) -> int:
    """In bytes; 0 where it is gone."""
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0


def _count(opening: Opening, closing: Closing) -> None:
    usage = closing.usage
    model, backend = _models.bounded(opening.routed_model), _backends.bounded(opening.backend_name)
    where = (model, backend, _teams.bounded(opening.team_name))
    status = str(closing.http_status or "")
    REQUESTS.labels(opening.kind, closing.state, status, closing.error_type or "", *where).inc()
    for name, tokens in {
        "input": usage.input_tokens,
        "cache_read": usage.cache_read_input_tokens,
        "cache_creation": usage.cache_creation_input_tokens,
        "output": usage.output_tokens,
        "thinking": usage.thinking_tokens,
    }.items():
        if tokens:
            TOKENS.labels(name, *where).inc(tokens)
    if opening.saved_input_tokens:
        SAVED.labels(*where).inc(opening.saved_input_tokens)
    _count_cost(charge(opening.rates, usage, closing.state).cost, where)
    if closing.time_to_first_token is not None:
        FIRST_TOKEN.labels(model, backend).observe(closing.time_to_first_token)
    if closing.duration is not None:
        DURATION.labels(model, backend).observe(closing.duration)


def _count_cost(cost: Decimal | None, where: tuple[str, str, str]) -> None:
    if cost is None:
        UNPRICED.labels(*where).inc()
    elif cost:
        COST.labels(*where).inc(float(cost))
