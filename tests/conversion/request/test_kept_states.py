"""What no block of the conversation carries is kept by key, and found again by the next request (protocol §4.6)."""

import json

import pytest

from conversion.destination import Destination
from conversion.profiles import BackendProfile, profile_for
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.request.convert import convert_request
from conversion.request.identity import CacheKeys
from conversion.request.kept_states import MOST_WANTED, states_wanted
from conversion.request.read import read_messages_request
from conversion.signatures import MOST_CARRIED
from tests.conversion.reply.replies import MODEL, SECRET, call, completion, terms

OFF = {"type": "disabled"}
ON = {"type": "adaptive"}
DETAILS = [{"type": "reasoning.encrypted", "data": "x", "id": "r1", "index": 0}]
SIGNED = {"google": {"thought_signature": "s"}}
LARGE = [{"type": "reasoning.encrypted", "data": "".join(map(str, range(40_000))), "id": "r1", "index": 0}]

OPENROUTER = profile_for("openrouter", "backend-model")
GEMINI = profile_for("gemini", "backend-model")
WANTS_TEXT = BackendProfile(reasoning_fields=("reasoning_content",), reasoning_filler="")
WANTS_NOTHING = BackendProfile()

MESSAGE = {"content": "", "tool_calls": [call("{}", id="functions.Bash:0", name="Bash")]}
SIGNED_MESSAGE = {"content": "", "tool_calls": [call("{}", id="1", name="Bash") | {"extra_content": SIGNED}]}


def destination(profile):
    return Destination("backend-model", profile, "home")


def reply(message, profile, thinking="off"):
    """The content of the reply, and what is to be kept of it."""
    reading = Translation(
        terms(thinking=thinking), destination(profile), secret=SECRET, message_id="msg_1", new_suffix=lambda: "x" * 22
    )
    content = json.loads(fold(reading.feed_whole(completion(message))))["content"]
    return content, dict(reading.kept)


def next_request(content, thinking=OFF):
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": "ok"} for block in content if "input" in block
    ]
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": content},
        {"role": "user", "content": [*results, {"type": "text", "text": "Go on"}]},
    ]
    tools = [{"name": "Bash", "input_schema": {"type": "object"}}]
    asked = {"model": MODEL, "max_tokens": 2048, "messages": messages, "tools": tools, "thinking": thinking}
    return read_messages_request(json.dumps(asked).encode())


def sent(request, profile, kept):
    """The assistant's message as the backend gets it."""
    keys = CacheKeys("0" * 32, "0" * 64)
    conversion = convert_request(request, destination(profile), secret=SECRET, keys=keys, kept=kept)
    return next(each for each in json.loads(conversion.body)["messages"] if each["role"] == "assistant")


@pytest.mark.parametrize(
    ("message", "profile", "expected"),
    [
        pytest.param(
            MESSAGE | {"reasoning_details": DETAILS}, OPENROUTER, {"reasoning_details": DETAILS}, id="details"
        ),
        pytest.param(MESSAGE | {"reasoning": "Hm"}, WANTS_TEXT, {"reasoning_content": "Hm"}, id="text"),
    ],
)
def test_state_that_no_block_may_carry_comes_back_from_where_it_was_kept(message, profile, expected):
    content, kept = reply(message, profile)
    assert [block["type"] for block in content] == ["tool_use"]
    assert list(kept) == [content[0]["id"]]
    request = next_request(content)
    assert states_wanted(request, destination(profile)) == list(kept)
    assert expected.items() <= sent(request, profile, kept).items()


def test_what_hung_on_a_call_comes_back_on_it():
    content, kept = reply(SIGNED_MESSAGE, GEMINI)
    assert sent(next_request(content), GEMINI, kept)["tool_calls"][0]["extra_content"] == SIGNED


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        pytest.param(WANTS_TEXT, {"reasoning_content": ""}, id="a filler, as the model thinks unasked"),
        pytest.param(OPENROUTER, {}, id="nothing"),
    ],
)
def test_what_is_not_found_is_done_without(profile, expected):
    content, _ = reply(MESSAGE | {"reasoning": "Hm", "reasoning_details": DETAILS}, profile)
    message = sent(next_request(content), profile, {})
    assert {name: message[name] for name in message if "reasoning" in name} == expected


@pytest.mark.parametrize(
    ("message", "profile"),
    [
        pytest.param(MESSAGE | {"reasoning": "Hm"}, WANTS_NOTHING, id="a backend that wants nothing back"),
        pytest.param(MESSAGE, OPENROUTER, id="no reasoning"),
        pytest.param({"content": "b", "reasoning_details": DETAILS}, OPENROUTER, id="no call"),
    ],
)
def test_nothing_is_kept_that_nobody_would_look_for(message, profile):
    assert reply(message, profile)[1] == {}


def test_nothing_is_kept_that_a_block_carries():
    content, kept = reply(MESSAGE | {"reasoning_details": DETAILS}, OPENROUTER, thinking="shown")
    assert kept == {}
    assert states_wanted(next_request(content, ON), destination(OPENROUTER)) == []


def test_a_block_carries_where_its_large_state_is_kept():
    content, kept = reply(MESSAGE | {"reasoning": "Hm", "reasoning_details": LARGE}, OPENROUTER, thinking="shown")
    (key,) = kept
    assert content[0]["signature"] == f"ccp1ref.{key}"
    assert len(kept[key]) > MOST_CARRIED
    request = next_request(content, ON)
    assert states_wanted(request, destination(OPENROUTER)) == [key]
    assert sent(request, OPENROUTER, kept)["reasoning_details"] == LARGE


def test_a_large_state_that_is_not_found_is_no_state():
    content, _ = reply(MESSAGE | {"reasoning": "Hm", "reasoning_details": LARGE}, OPENROUTER, thinking="shown")
    assert "reasoning_details" not in sent(next_request(content, ON), OPENROUTER, {})


def test_the_state_of_another_backend_is_no_state():
    content, kept = reply(MESSAGE | {"reasoning_details": DETAILS}, OPENROUTER)
    keys = CacheKeys("0" * 32, "0" * 64)
    elsewhere = Destination("backend-model", OPENROUTER, "elsewhere")
    body = convert_request(next_request(content), elsewhere, secret=SECRET, keys=keys, kept=kept).body
    assert b"reasoning_details" not in body


def test_only_the_newest_are_looked_for():
    calls = [{"type": "tool_use", "id": f"toolu_{each}", "name": "Bash", "input": {}} for each in range(60)]
    wanted = states_wanted(next_request(calls), destination(OPENROUTER))
    assert wanted == [f"toolu_{each}" for each in range(60 - MOST_WANTED, 60)]


@pytest.mark.parametrize("signature", ["ccp1ref.", "ccp1ref.nobody", "ccp1ref." + "x" * 9999])
def test_references_to_nothing_disturb_nobody(signature):
    content = [{"type": "thinking", "thinking": "Hm", "signature": signature}, {"type": "text", "text": "b"}]
    request = next_request(content, ON)
    assert len(states_wanted(request, destination(OPENROUTER))) <= 1
    assert "reasoning_details" not in sent(request, OPENROUTER, {})
