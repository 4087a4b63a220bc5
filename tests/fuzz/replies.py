"""Replies of backends, good ones made strange: nothing raises, the grammar holds, and cuts change nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

from conversion import sse
from conversion.destination import Destination
from conversion.errors import BackendFailure
from conversion.profiles import DIALECTS, profile_for
from conversion.reply.backend_errors import backend_failure
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.terms import ReplyTerms
from tests.conversion.reply.replies import TERMS, call, calls, chunk, completion, usage
from tests.fuzz.campaign import main
from tests.fuzz.mutation import damaged, pieces, strange
from tests.support.answers import Call, reasoning, text, tool_calls
from tests.support.grammar import assert_grammatical, read_events
from tests.support.responses_answers import through_responses

MODELS = ("gpt-5.6", "deepseek-v4-pro", "gemini-3-pro", "kimi-k3", "qwen3-coder", "mistral-large-latest", "glm-5.2")
DETAIL = {"type": "reasoning.text", "text": "Hm", "signature": "c2ln", "id": "r1", "format": "anthropic", "index": 0}
CITATION = {
    "type": "url_citation",
    "url_citation": {"url": "https://a.b/c", "title": "T", "start_index": 0, "end_index": 4},
}
BASH = call('{"command": "ls', id="call_1", name="Bash")
READ = call('{"path": "a"}', index=1, id="call_2", name="Read", extra_content={"google": {"thought_signature": "c2ln"}})

CALLS = tool_calls(Call("Bash", {"command": "ls é"}, "call_1"), Call("Read", {"path": "a"}), content="I look.")
ANSWERS = (text("Hello you"), reasoning("Let me see", then=CALLS), text("Hel", finish_reason="length"))

Streams = Sequence[Sequence[Any]]
STREAMS: Streams = (
    [chunk("", role="assistant"), chunk("Hello"), chunk(" you", finish="stop"), usage()],
    [
        chunk(reasoning_content="Let me"),
        chunk(reasoning_content=" see"),
        chunk("Yes END of it"),
        chunk(finish="length"),
    ],
    [chunk("<think>Let me see</think>\n\nYes"), chunk("```json\n{}\n```", finish="stop")],
    [chunk(reasoning="Hm", reasoning_details=[DETAIL]), chunk("a"), chunk(finish="stop")],
    [chunk("I look."), calls(BASH), calls(call('"}')), calls(READ), chunk(finish="tool_calls"), usage(cost=0.1)],
    [calls(BASH, READ), calls(call(' -a"}'), finish="stop"), {"choices": [], "x_groq": {"usage": usage()["usage"]}}],
    [chunk(function_call={"name": "Bash", "arguments": '{"command":'}), chunk(function_call={"arguments": '"a"}'})],
    [chunk([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "a"}])],
    [chunk("It rains", annotations=[CITATION], finish="stop"), chunk(finish="stop")],
    [chunk("<thought>a", extra_content={"google": {"thought": True}}), chunk("</thought>b", finish="stop")],
    [chunk(refusal="No"), chunk(finish="content_filter")],
    [chunk("a"), {"error": {"message": "Overloaded sk-abcdefghijklmnop", "code": 502, "metadata": {"raw": "{}"}}}],
    [{"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, {"detail": [{"msg": "wrong", "loc": ["body"]}]}],
)
MESSAGES = (
    {"content": "<think>a</think>Hello", "refusal": None},
    {
        "content": None,
        "reasoning_content": "Hm",
        "tool_calls": [{"id": "1", "type": "function", "function": BASH["function"]}],
    },
    {"content": [{"type": "text", "text": "a"}], "reasoning_details": [DETAIL], "annotations": [CITATION]},
)
RESPONSES = [through_responses(answer) for answer in ANSWERS]
STREAMS_OF = {"chat": STREAMS, "responses": [made.events(made.output()) for made in RESPONSES]}
BODIES_OF = {
    "chat": [json.loads(completion(message, usage=usage()["usage"])) for message in MESSAGES],
    "responses": [made.response(made.output()) for made in RESPONSES],
}
LINE_ENDS = (b"\n", b"\n", b"\n", b"\r\n", b"\r")
ENDS = (b"data: [DONE]\n\n", b"data: [DONE]\n\n", b"", b"data: [DONE]", b"event: error\ndata: {}\n\n", b"\xef\xbb\xbf")


def check(random: Random) -> None:
    terms, destination = any_terms(random), any_destination(random)
    match random.choice(("stream", "stream", "stream", "whole", "error")):
        case "stream":
            data = any_stream(STREAMS_OF[destination.profile.wire], random)
            events, made = streamed([data], terms, destination)
            again, _ = streamed(pieces(data, random), terms, destination)
            assert sse.encode(again) == sse.encode(events), "the cuts changed the events"
        case "whole":
            made = translation(terms, destination)
            events = made.feed_whole(any_body(BODIES_OF[destination.profile.wire], random))
        case _:
            assert_tellable(any_failure(random, terms, destination))
            return
    assert_sound(made, events)


def any_stream(good: Streams, random: Random) -> bytes:
    documents = any_documents(good, random)
    frames = [frame(encoded(document, random), random) for document in documents]
    return maybe_damaged(b"".join([*frames, random.choice(ENDS)]), random)


def frame(document: bytes, random: Random) -> bytes:
    """An event, now and then of two lines of data."""
    end = random.choice(LINE_ENDS)
    if random.random() < 0.1:
        document = document.replace(b", ", b"," + end + b"data: ", 1)
    between = random.choice((end, end, end, end, b"", b": comment" + end + end, b"id: 1" + end + end))
    return b"data: " + document + end + between


def any_documents(good: Streams, random: Random) -> list[Any]:
    documents = [*random.choice(good)]
    for _ in range(random.choice((0, 1, 2, 5, 20))):
        at = random.randrange(len(documents))
        match random.choice(("change", "change", "change", "repeat", "exchange", "insert")):
            case "change":
                documents[at] = strange(documents[at], random, 1)
            case "repeat":
                documents.insert(random.randrange(len(documents)), documents[at])
            case "exchange":
                documents[at], documents[-1] = documents[-1], documents[at]
            case _:
                documents.insert(at, random.choice(random.choice(good)))
    return documents


def any_body(good: Sequence[Any], random: Random) -> bytes:
    body = strange(random.choice(good), random, random.choice((0, 1, 3, 20)))
    return maybe_damaged(encoded(body, random), random)


def any_failure(random: Random, terms: ReplyTerms, destination: Destination) -> BackendFailure:
    (*_, document) = random.choice(STREAMS[-2:])
    body = maybe_damaged(encoded(strange(document, random, 3), random), random)
    headers = {"retry-after": random.choice(("7", "-1", "1e9", "x", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 50))}
    status = random.choice((300, 400, 401, 403, 404, 408, 413, 422, 429, 500, 503, 529, 599))
    return backend_failure(status, headers, body, terms=terms, destination=destination, now=1e9)


def encoded(document: Any, random: Random) -> bytes:
    return json.dumps(document, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def maybe_damaged(data: bytes, random: Random) -> bytes:
    return damaged(data, random) if random.random() < 0.3 else data


def any_terms(random: Random) -> ReplyTerms:
    return replace(
        TERMS,
        thinking=random.choice(("shown", "shown", "omitted", "off")),
        stop_sequences=random.choice(((), ("END", "\n\n"))),
        local_stop_sequences=random.choice(((), ("END",))),
        sole_properties=random.choice(({}, {"Bash": "command"})),
        structured_output=random.random() < 0.2,
        web_search=random.random() < 0.2,
        parallel_tool_use=random.random() < 0.8,
        prefill=random.choice(("", "", "Hel")),
        used_tool_ids=random.choice((frozenset(), frozenset({"call_1"}))),
        betas=random.choice((frozenset(), frozenset({"thinking-token-count-2026-05-13"}))),
        context_management=random.random() < 0.2,
    )


def any_destination(random: Random) -> Destination:
    model = random.choice(MODELS)
    wire = {"wire": "responses"} if random.random() < 0.2 else {}
    profile = profile_for(random.choice(list(DIALECTS)), model, wire)
    return Destination(model, profile, group="test", context_window=random.choice((None, 100, 200_000)))


def translation(terms: ReplyTerms, destination: Destination) -> Translation:
    numbers = count(1)
    return Translation(terms, destination, secret=b"s", message_id="msg_1", new_suffix=lambda: f"{next(numbers):024}")


def streamed(parts: list[bytes], terms: ReplyTerms, destination: Destination) -> tuple[list[Any], Translation]:
    made = translation(terms, destination)
    events: list[Any] = []
    for part in parts:
        failed = made.failure is not None
        more = made.feed(part)
        assert not (failed and more), "events after the failure"
        events += more
    return events + made.end(), made


def assert_sound(made: Translation, typed: list[Any]) -> None:
    events = read_events(sse.encode(typed))
    assert_grammatical(events, finished=made.failure is None)
    assert made.finished == (made.failure is None)
    if made.failure is not None:
        assert_tellable(made.failure)
        return
    message = json.loads(fold(typed))
    identifiers = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
    assert len(set(identifiers)) == len(identifiers)
    assert all(isinstance(block["input"], dict) for block in message["content"] if block["type"] == "tool_use")
    assert all(number >= 0 for number in message["usage"].values() if isinstance(number, int))


def assert_tellable(failure: BackendFailure) -> None:
    assert 400 <= failure.status < 600
    assert 0 < len(failure.message) <= 2000
    assert not re.search(r"(?<!\w)sk-abcdefghijklmnop", failure.message)
    assert failure.retry_after is None or 1 <= failure.retry_after <= 3600


if __name__ == "__main__":
    sys.exit(main(check))
