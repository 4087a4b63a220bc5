"""How much the backend may write, and where it must stop (protocol §1.2)."""

from __future__ import annotations

from typing import NamedTuple

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.profiles import BackendProfile
from conversion.request.read import MessagesRequest


class StopSequences(NamedTuple):
    """The client's stop sequences: those that the backend is told, and those that the reply must watch for."""

    told: tuple[str, ...]
    local: tuple[str, ...]


def token_limit(request: MessagesRequest, destination: Destination) -> int:
    """`max_tokens` within what the model can write; clients ask for 128 000 whatever the model is."""
    requested = request.max_tokens or 0
    cap = destination.max_output_tokens or destination.max_tokens_limit
    floor = max(destination.profile.minimum_max_tokens, destination.min_tokens or 0)
    return min(max(requested, floor), cap)


def stop_sequences(received: object, profile: BackendProfile) -> StopSequences:
    if received is None:
        return StopSequences((), ())
    if not isinstance(received, list):
        raise InvalidRequest("stop_sequences: Input should be a valid list")
    for index, text in enumerate(received):
        if not isinstance(text, str):
            raise InvalidRequest(f"stop_sequences.{index}: Input should be a valid string")
    texts = tuple(dict.fromkeys(text for text in received if text.strip()))
    limit = len(texts) if profile.stop_limit is None else profile.stop_limit
    return StopSequences(texts[:limit], texts[limit:])
