"""The service in front of an imitation of OpenAI's wire that nobody here wrote, and of the faults that it imitates.

It also imitates the Messages API: what it answers there to the same request is the judge of ours.
"""

import httpx
import pytest

from tests.support.aimock import Aimock
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.grammar import assert_grammatical, read_events
from tests.support.messages import assert_is_error, request

pytestmark = pytest.mark.full

WEATHER = {"name": "weather", "description": "The weather", "input_schema": {"type": "object", "properties": {}}}
GRAZ = {"name": "weather", "arguments": '{"place":"Graz"}'}
WIEN = {"name": "weather", "arguments": '{"place":"Wien, 1. Bezirk"}'}
ANSWERS = {
    "text": {"content": "Sunny, 20 degrees in März."},
    "reasoning": {"content": "Sunny.", "reasoning": "They mean Graz in Styria."},
    "a call": {"toolCalls": [GRAZ]},
    "a text and two calls": {"content": "I look it up.", "toolCalls": [GRAZ, WIEN]},
    "a cut answer": {"content": "Sunny, 20", "finishReason": "length"},
}
REFUSALS = {
    "a rate limit": {"error": {"message": "Rate limit reached", "code": "rate_limit"}, "status": 429, "retryAfter": 7},
    "no credit": {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}, "status": 429},
    "a wrong key": {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}, "status": 401},
}
FAULTS = {
    "a dropped request": {"dropRate": 1},
    "no JSON": {"malformedRate": 1},
    "a lost connection": {"disconnectRate": 1},
    "too many requests": {"rateLimitRate": 1},
}
LONG = {"match": {"userMessage": "a broken stream"}, "response": {"content": "Sunny. " * 50}, "truncateAfterChunks": 9}


def fixtures():
    for name, response in {**ANSWERS, **REFUSALS}.items():
        yield {"match": {"userMessage": name}, "response": response}
    for name, rates in FAULTS.items():
        yield {"match": {"userMessage": name}, "response": {"content": "Sunny."}, "chaos": rates}
    yield LONG


@pytest.fixture(scope="module")
def aimock(tmp_path_factory):
    with Aimock(tmp_path_factory.mktemp("aimock"), list(fixtures())) as aimock:
        yield aimock


@pytest.fixture(scope="module")
def gateway(aimock, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    with Gateway(folder, OPENAI_BASE_URL=aimock.base_url, MAX_RETRIES="0") as gateway:
        yield gateway


def ask(url, said, **fields):
    headers = {"x-api-key": CLIENT_KEY, "anthropic-version": "2023-06-01"}
    asked = request(said, tools=[WEATHER], **fields)
    return httpx.post(f"{url}/v1/messages", json=asked, headers=headers, timeout=30, trust_env=False)


def blocks(message):
    """The content of a message without what is new in each."""
    return [{name: block[name] for name in block.keys() - {"id", "signature"}} for block in message["content"]]


def streamed_blocks(events):
    """The blocks of a stream: their types, and the text, thinking or arguments in one piece."""
    found = []
    for event in events:
        match event:
            case {"type": "content_block_start", "content_block": {"type": kind}}:
                found.append([kind, ""])
            case {"type": "content_block_delta", "delta": {"type": kind, **said}} if kind != "signature_delta":
                found[-1][1] += "".join(said.values())
    return found


def stop_reasons(events):
    return [event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta"]


@pytest.mark.parametrize("said", ANSWERS)
def test_it_answers_as_the_imitation_does_itself(aimock, gateway, said):
    ours, judge = ask(gateway.url, said).json(), ask(aimock.url, said).json()
    assert blocks(ours) == blocks(judge)
    assert ours["stop_reason"] == judge["stop_reason"]


@pytest.mark.parametrize("said", ANSWERS)
def test_it_streams_as_the_imitation_does_itself(aimock, gateway, said):
    ours, judge = (read_events(ask(url, said, stream=True).content) for url in (gateway.url, aimock.url))
    assert_grammatical(ours)
    assert streamed_blocks(ours) == streamed_blocks(judge)
    assert stop_reasons(ours) == stop_reasons(judge)


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize(
    ("said", "status", "error_type"),
    [
        ("a rate limit", 429, "rate_limit_error"),
        ("no credit", 402, "billing_error"),
        ("a wrong key", 502, "api_error"),
        ("a dropped request", 500, "api_error"),
        ("no JSON", 502, "api_error"),
        ("a lost connection", 502, "api_error"),
        ("too many requests", 429, "rate_limit_error"),
    ],
)
def test_its_faults_become_errors_of_the_messages_api(gateway, said, status, error_type, streaming):
    # protocol J232, J233, J234, J240
    assert_is_error(ask(gateway.url, said, stream=streaming), status, error_type)


def test_a_rate_limit_keeps_its_seconds(gateway):
    # protocol J234
    assert ask(gateway.url, "a rate limit").headers["retry-after"] == "7"


def test_a_stream_that_breaks_off_does_not_look_complete(gateway):
    # protocol I218
    response = ask(gateway.url, "a broken stream", stream=True)
    if response.status_code == 200:
        events = read_events(response.content)
        assert_grammatical(events, finished=False)
        assert events[-1]["type"] == "error"
    else:
        assert_is_error(response, 502, "api_error")
