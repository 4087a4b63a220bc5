"""What the judge answered, read strictly: a verdict on a call is one that names it, once, and says yes or no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from conversion.judge.calls import Call
from conversion.judge.question import name_of
from conversion.reply.safeguards import Evaluated, Unavailable, Verdict

LONGEST_REASON = 300

NoVerdict = Literal["timeout", "error", "input_too_long", "truncated"]


class _Said(Struct, frozen=True):
    id: str
    dangerous: bool
    reason: str = ""


class _Answer(Struct, frozen=True):
    verdicts: list[_Said]


_decode = msgspec.json.Decoder(_Answer, strict=True).decode


def verdicts(answer: str, calls: Sequence[Call]) -> dict[str, Verdict]:
    """By the client's id of each call; what the answer does not judge plainly is unavailable."""
    try:
        said = _decode(answer).verdicts
    except (msgspec.DecodeError, RecursionError):
        return no_verdicts(calls, "error")
    times = Counter(each.id for each in said)
    plain = {each.id: each for each in said if times[each.id] == 1}
    return {call.id: _verdict(plain.get(name_of(number))) for number, call in enumerate(calls)}


def no_verdicts(calls: Sequence[Call], reason: NoVerdict) -> dict[str, Verdict]:
    return {call.id: Unavailable(reason) for call in calls}


class _Block(Struct, frozen=True):
    type: str
    text: str = ""


class _Message(Struct, frozen=True):
    stop_reason: str
    content: list[_Block]


_decode_message = msgspec.json.Decoder(_Message).decode


def answer_text(body: bytes) -> str | None:
    """The text of the judge's whole Message; None where it is no complete answer."""
    message = _decode_message(body)
    if message.stop_reason != "end_turn":
        return None
    return "".join(block.text for block in message.content if block.type == "text")


def _verdict(said: _Said | None) -> Verdict:
    if said is None:
        return Unavailable("error")
    reason = " ".join(said.reason.split())[:LONGEST_REASON]
    return Evaluated("flagged", reason or "It may do harm") if said.dangerous else Evaluated("not_flagged", reason)
