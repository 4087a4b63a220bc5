"""One tiny question to a model, through everything that a real request passes; its row is of the kind `test`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any

import msgspec

from accounting.pages.key_test import Tested
from proxysite.ear import Heard
from proxysite.exchange import errand
from proxysite.handler import ApiRequest
from proxysite.request_ids import new_request_uuid, request_id_text
from routing.table import KeyEntry

QUESTION = "Answer with the single word: ok"
MOST_TOKENS = 64
PATIENCE_SECONDS = 60.0
TOO_LATE = f"The backend did not answer within {PATIENCE_SECONDS:.0f} seconds."


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of it, and how long that took."""

    heard: Heard
    milliseconds: int


async def probe(request: ApiRequest, model: str) -> Probed:
    """Ask the model as the client of that request."""
    question = {"model": model, "max_tokens": MOST_TOKENS, "messages": [{"role": "user", "content": QUESTION}]}
    started = monotonic()
    heard = await errand(request.asking(msgspec.json.encode(question), "test"))
    return Probed(heard, round((monotonic() - started) * 1000))


async def probe_patiently(request: ApiRequest, model: str) -> Probed:
    """The same for a person who waits for it: for a minute."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await probe(request, model)
    except TimeoutError:
        error = {"type": "error", "error": {"type": "timeout_error", "message": TOO_LATE}}
        return Probed(Heard(504, msgspec.json.encode(error)), round(PATIENCE_SECONDS * 1000))


def request_as(key: KeyEntry, **scope: Any) -> ApiRequest:  # Any: ASGI's scope holds whatever it holds
    """A request that nobody sent, in the name of this key's owner."""
    uuid = new_request_uuid()
    usual = {"type": "http", "method": "POST", "path": "/v1/messages", "headers": [], "query_string": b"", "body": b""}
    return ApiRequest({**usual, "key": key, "request_uuid": uuid, "request_id": request_id_text(uuid), **scope})


async def ask_as_member(key: KeyEntry, model: str) -> Tested:
    """The test of a key on the members' pages."""
    probed = await probe_patiently(request_as(key), model)
    return Tested(model, probed.heard.status == 200, text_of(probed.heard), probed.milliseconds)


def text_of(heard: Heard) -> str:
    """What the model said, or why there is nothing."""
    match msgspec.json.decode(heard.body):
        case {"content": [*blocks]}:
            texts = [block["text"] for block in blocks if block["type"] == "text"]
            return "".join(texts) or "(an answer without text)"
        case {"error": {"message": str(message)}}:
            return f"{heard.status}: {message}"
        case _:
            return f"HTTP status {heard.status}"
