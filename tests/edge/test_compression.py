"""Shorter prompts, seen from the backend and from the usage table."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conversion.compression import Extent, shortened
from conversion.request.read import read_messages_request
from tests.conversion.compression.prompts import CARE, CONTEXT, ENVIRONMENT, HARNESS, IDENTITY, TONE, prompt
from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.messages import request
from tests.support.scripted_backend import error

LIMIT = 256
SUMMARY = "Be careful, be brief. " * 10
TOOL = {"name": "Read", "description": "Reads a file.", "input_schema": {"type": "object"}}


def conversation(of="", **fields):
    """A request of Claude Code; `of` makes its guidance one of its own, of which nobody has a summary yet."""
    texts = prompt(f"{HARNESS} {of}", CARE, TONE, CONTEXT, ENVIRONMENT)
    system = [{"type": "text", "text": part} for part in texts]
    return request(system=system, tools=[TOOL], **fields)


def service(folder, backend, **environment):
    settings = {"PROMPT_MAX_SYSTEM_TOKENS": str(LIMIT), "OPENAI_BASE_URL": backend.base_url, **environment}
    return Gateway(folder, **settings)


@pytest.fixture(scope="module")
def compacting(backend_process, tmp_path_factory):
    with service(tmp_path_factory.mktemp("compact"), backend_process, PROMPT_COMPRESSION="compact") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def summarizing(backend_process, tmp_path_factory):
    with service(tmp_path_factory.mktemp("summarize"), backend_process, PROMPT_COMPRESSION="summarize") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def another(summarizing, backend_process, tmp_path_factory):
    """Another process over the same database."""
    shared = {"PROMPT_COMPRESSION": "summarize", "DATA_DIR": str(summarizing.folder / "data")}
    with service(tmp_path_factory.mktemp("another"), backend_process, **shared) as gateway:
        yield gateway


def post(gateway, body, path="/v1/messages", session=""):
    headers = {"x-api-key": CLIENT_KEY, "x-claude-code-session-id": session}
    response = httpx.post(f"{gateway.url}{path}", json=body, headers=headers, timeout=60, trust_env=False)
    assert response.status_code == 200, response.text
    return response.json()


def system_text(sent):
    return next(message["content"] for message in sent.json["messages"] if message["role"] == "system")


def is_question(sent):
    return "guidance that a coding tool gives" in json.dumps(sent.json)


def answers(summary=SUMMARY):
    return lambda sent: text(summary) if is_question(sent) else text("Hello")


def asked_and_spoken(backend):
    """The questions for a summary, and the requests of conversations."""
    questions = [sent for sent in backend.requests if is_question(sent)]
    return questions, [sent for sent in backend.requests if not is_question(sent)]


def test_compact_leaves_out_guidance_and_nothing_else(compacting, backend):
    backend.script(text("Hello"))
    post(compacting, conversation())
    sent = system_text(backend.requests[0])
    assert IDENTITY in sent
    assert ENVIRONMENT in sent
    assert "emojis" not in sent


def test_what_was_saved_is_in_the_row(compacting, backend):
    backend.script(text("Hello"))
    post(compacting, conversation(), session="saved")
    (record,) = compacting.usage_records(1, session_id="saved")
    assert record["saved_input_tokens"] > 500
    assert "system_prompt_compacted" in [notice["code"] for notice in record["notices"]]


def test_two_turns_send_the_same_beginning(compacting, backend):
    backend.script(text("Hello"), text("Yes"))
    turn = [{"role": "user", "content": "Hello"}]
    post(compacting, conversation(messages=turn))
    post(compacting, conversation(messages=[*turn, {"role": "assistant", "content": "Hello"}, *turn]))
    first, second = (sent.json["messages"] for sent in backend.requests)
    assert second[: len(first)] == first


def test_counted_is_what_is_sent(compacting, gateway):
    body = conversation()
    after = shortened(read_messages_request(json.dumps(body).encode()), Extent(LIMIT)).request
    sent = {**body, "system": json.loads(bytes(after.system))}
    path = "/v1/messages/count_tokens"
    assert post(compacting, body, path) == post(gateway, sent, path)
    assert post(compacting, body, path)["input_tokens"] < post(gateway, body, path)["input_tokens"]


def test_nothing_is_shortened_unless_that_is_wanted(gateway, backend):
    backend.script(text("Hello"))
    post(gateway, conversation())
    assert system_text(backend.requests[0]) == "\n\n".join(block["text"] for block in conversation()["system"])


def test_many_first_requests_ask_for_one_summary_and_another_process_for_none(summarizing, another, backend):
    backend.script_with(answers())
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: post(summarizing, conversation("many")), range(50)))
    questions, spoken = asked_and_spoken(backend)
    assert len(questions) == 1
    assert len(spoken) == 50
    (sent,) = {system_text(one) for one in spoken}
    assert SUMMARY.strip() in sent
    assert ENVIRONMENT in sent
    assert "emojis" not in sent

    post(another, conversation("many"))
    questions, spoken = asked_and_spoken(backend)
    assert len(questions) == 1
    assert system_text(spoken[-1]) == sent


def test_two_processes_at_once_ask_for_one_summary(summarizing, another, backend):
    backend.script_with(answers())
    processes = (summarizing, another)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: post(processes[number % 2], conversation("two")), range(8)))
    questions, spoken = asked_and_spoken(backend)
    assert len(questions) == 1
    assert len({system_text(one) for one in spoken}) == 1


def test_a_summary_has_a_row_of_its_own(summarizing, backend):
    backend.script_with(answers())
    for _ in range(2):
        post(summarizing, conversation("row"), session="row")
    (summary,) = summarizing.usage_records(1, kind="summary", session_id="row")
    first, second = summarizing.usage_records(2, kind="message", session_id="row")
    assert summary["parent_request"] == first["id"]
    assert summary["input_tokens"] > 0
    assert second["parent_request"] is None
    assert "system_prompt_summarised" in [notice["code"] for notice in second["notices"]]
    assert second["saved_input_tokens"] > 500


def test_without_a_summary_the_rules_do_and_nobody_asks_again_at_once(summarizing, backend):
    refusal = error(400, "no")
    backend.script_with(lambda sent: refusal if is_question(sent) else text("Hello"))
    for _ in range(2):
        post(summarizing, conversation("refused"))
    questions, spoken = asked_and_spoken(backend)
    assert len(questions) == 1
    assert len({system_text(one) for one in spoken}) == 1
    assert "emojis" not in system_text(spoken[0])


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"tools": []}, id="a title"),
        pytest.param(
            {"messages": [{"role": "user", "content": "CRITICAL: Respond with TEXT ONLY."}]}, id="a compaction"
        ),
        pytest.param({"stop_sequences": ["</severity>"]}, id="a check"),
    ],
)
def test_requests_beside_the_conversation_ask_for_no_summary(summarizing, backend, fields):
    backend.script(text("Hello"))
    post(summarizing, conversation("beside") | fields)
    assert len(backend.requests) == 1
    assert "emojis" not in system_text(backend.requests[0])


def test_a_short_prompt_asks_for_no_summary(summarizing, backend):
    backend.script(text("Hello"))
    post(summarizing, request(system=IDENTITY, tools=[TOOL]))
    assert len(backend.requests) == 1
