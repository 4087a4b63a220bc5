"""Where a request goes, as far as the translation cares: both directions read it, neither changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversion.profiles import BackendProfile


@dataclass(frozen=True, slots=True)
class Destination:
    """One model of one backend.

    `group` names who understands the reasoning state that this backend hands out (dialect and host): state is given
    back to the same group only (protocol §4.6). Limits are in tokens; None where nobody knows them.
    `max_tokens_limit` caps `max_tokens` where `max_output_tokens` is unknown; `min_tokens` raises what is below it.
    `schema_levels`: the client's name of a tool → how much must be taken out of its schema (protocol §3.5), where the
    backend refused what its profile says; a tool beyond the last level is not offered.
    `fixed`: habits of the profile that no refusal changes.
    `calibration` and `count_calibration` are what estimates of prompts, and counts by a tokenizer, are multiplied by.
    """

    model: str
    profile: BackendProfile = field(default_factory=BackendProfile)
    group: str = ""
    max_output_tokens: int | None = None
    context_window: int | None = None
    max_tokens_limit: int = 128_000
    min_tokens: int | None = None
    schema_levels: Mapping[str, int] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    calibration: float = 1.0
    count_calibration: float = 1.0
