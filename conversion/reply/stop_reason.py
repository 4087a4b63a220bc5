"""Why the answer ended (protocol §4.3): a backend's word into a `stop_reason`. The first row that fits wins."""

from __future__ import annotations

from conversion.reply.deltas import Finish
from conversion.reply.events import StopReason

FAILED = frozenset(
    {"error", "network_error", "insufficient_system_resource", "overloaded", "aborted", "cancelled"}
)  # not the end of a message, but a failure

FILTERED = frozenset(
    {
        "content_filter",
        "sensitive",
        "content_filtered",
        "safety",
        "recitation",
        "prohibited_content",
        "blocklist",
        "spii",
        "refusal",
        "guardrail",
    }
)
WINDOW_FULL = frozenset({"model_context_window_exceeded", "model_length"})
CUT = frozenset({"length", "max_tokens", "max_output_tokens"})
CALLED = frozenset({"tool_calls", "function_call", "tool_use"})
ENDED = frozenset({"stop", "end_turn", "eos", "eos_token", "completed", "stop_sequence"})

KNOWN = FAILED | FILTERED | WINDOW_FULL | CUT | CALLED | ENDED


def preferred(earlier: Finish | None, later: Finish) -> Finish:
    """The telling one of two finish reasons of one answer: "tool_calls" is never taken back by "stop"."""
    if earlier is None or not (earlier.reason in CALLED and later.reason in ENDED):
        return later
    return earlier


def stop_reason(finish: str, *, refused: bool, window_full: bool, calls: int, matched: bool) -> StopReason:
    """The reason for the client; `matched` says that one of its stop sequences is known to have ended the text."""
    if refused or finish in FILTERED:
        return "refusal"
    if finish in WINDOW_FULL or (finish in CUT and window_full):
        return "model_context_window_exceeded"
    if finish in CUT:
        return "max_tokens"
    if calls:
        return "tool_use"
    if matched:
        return "stop_sequence"
    # a call that could not be used: told so, the client has the model repeat it
    return "tool_use" if finish in CALLED else "end_turn"
