"""Two backends behind one name: when one has a bad hour, requests are answered by the other, and nobody notices."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import httpx
import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import assert_is_error, names, request
from tests.support.rows import backend_rows, load, numbers
from tests.support.scripted_backend import CUT, HANG, RESET, Gate, Reply, ScriptedBackend, error, stream, whole

FAILED = "Overloaded"
MESSAGE = {"role": "assistant", "content": "Hel"}
ROLE = {"role": "assistant", "content": ""}


def mapping_rows(pattern, urls, orders, kind="exact"):
    """A mapping to backends of these names and addresses, which are asked for the very model that the client names."""
    mapping = next(numbers)
    fields = {"kind": kind, "pattern": pattern}
    yield {"model": "routing.modelmapping", "pk": mapping, "fields": fields}
    for (name, url), order in zip(urls.items(), orders, strict=True):
        backend, _ = backend_rows(name, url, "m")
        target = {"mapping": mapping, "backend": backend["pk"], "order": order}
        yield backend
        yield {"model": "routing.mappingtarget", "pk": next(numbers), "fields": target}


@pytest.fixture(scope="module")
def backends():
    with ScriptedBackend() as first, ScriptedBackend() as second:
        yield first, second


@pytest.fixture(scope="module")
def service(backends, tmp_path_factory):
    """Names that begin with `two-` lead to the first backend, and else to the second, under the same name."""
    gateway = Gateway(tmp_path_factory.mktemp("failover"), OPENAI_BASE_URL=backends[0].base_url)
    urls = {"first": backends[0].base_url, "second": backends[1].base_url}
    load(gateway, *mapping_rows("two-*", urls, orders=(0, 1), kind="glob"))
    with gateway:
        yield gateway


@pytest.fixture
def client(service):
    headers = {"x-api-key": CLIENT_KEY}
    with httpx.Client(base_url=service.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def pair(backends):
    for backend in backends:
        backend.reset()
    backends[1].script_with(lambda asked: text("from the second"))
    return backends


@pytest.fixture
def model(request):
    """A name of its own for each test, as what is learned of a model holds from then on."""
    return f"two-{request.node.name}"[:100]


def ask(client, model, **fields):
    return client.post("/v1/messages", json=request(model=model, **fields))


FAILURES = {
    "overloaded": error(503, FAILED),
    "server error": error(500, "oops"),
    "bad gateway": error(502, "oops"),
    "rate limit": error(429, "slow down", headers={"retry-after": "30"}),
    "our key": error(401, "wrong key"),
    "no credit": error(402, "pay"),
    "timeout": error(408, "too slow"),
    "unknown model": error(404, "model not found", code="model_not_found"),
    "no reply": whole({"hello": "world"}),
    "error with status 200": whole({"error": {"code": 503, "message": FAILED}}),
    "connection lost": Reply(end=RESET),
}


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_of_one_backend_is_answered_by_the_other(client, pair, model, failure, streaming):
    # the failures of §6.2, E16 to E25
    pair[0].script_with(lambda asked: failure)
    response = ask(client, model, stream=streaming)
    assert response.status_code == 200
    assert [len(backend.requests) for backend in pair] == [1, 1]
    if streaming:
        assert names(response.text)[-1] == "message_stop"


@pytest.mark.parametrize(
    "begun",
    [
        stream({"error": {"code": 503, "message": FAILED}}),
        stream({"choices": [{"index": 0, "delta": ROLE}]}, {"error": {"code": 503, "message": FAILED}}),
        stream({"choices": [{"index": 0, "delta": ROLE}]}, end=CUT),
        stream(end=CUT),
    ],
    ids=["error", "error after the role", "cut after the role", "cut"],
)
def test_a_stream_that_fails_before_its_first_word_is_answered_by_the_other(client, pair, model, begun):
    pair[0].script(begun)
    response = ask(client, model, stream=True)
    assert names(response.text)[-1] == "message_stop"
    assert [len(backend.requests) for backend in pair] == [1, 1]


def test_a_stream_that_the_client_reads_already_is_not_begun_again(client, pair, model):
    pair[0].script(stream({"choices": [{"index": 0, "delta": MESSAGE}]}, {"error": {"code": 503, "message": FAILED}}))
    assert names(ask(client, model, stream=True).text)[-1] == "error"
    assert not pair[1].requests


def test_a_reply_that_the_client_wants_whole_is_begun_again(client, pair, model):
    pair[0].script(stream({"choices": [{"index": 0, "delta": MESSAGE}]}, {"error": {"code": 503, "message": FAILED}}))
    assert "from the second" in ask(client, model).text


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(error(400, "no such field"), 400), (error(400, "prompt is flagged", code="content_filter"), 200)],
    ids=["bad request", "content filter"],
)
def test_what_the_other_would_refuse_as_well_is_not_sent_there(client, pair, model, refusal, status):
    pair[0].script(refusal)
    assert ask(client, model).status_code == status
    assert not pair[1].requests


def test_where_all_fail_the_client_is_told_what_the_last_one_said(client, pair, model):
    pair[0].script(error(500, "first"))
    pair[1].script(error(429, "second", headers={"retry-after": "77"}))
    response = ask(client, model)
    assert "second" in assert_is_error(response, 429, "rate_limit_error")
    assert response.headers["retry-after"] == "77"


def test_the_last_one_is_asked_once_more_when_it_asks_for_a_moment(client, pair, model):
    pair[0].script(error(500, "first"))
    pair[1].script(error(429, "second", headers={"retry-after": "1"}))
    assert "from the second" in ask(client, model).text


def test_a_backend_that_fails_again_and_again_is_asked_no_more_for_a_while(client, pair, model):
    pair[0].script_with(lambda asked: error(500, "oops"))
    for _ in range(8):
        assert ask(client, model).status_code == 200
    assert len(pair[0].requests) == 3
    assert len(pair[1].requests) == 8


def test_a_backend_that_names_a_time_is_left_alone_at_once(client, pair, model):
    pair[0].script_with(lambda asked: error(429, "slow down", headers={"retry-after": "60"}))
    for _ in range(3):
        assert ask(client, model).status_code == 200
    assert len(pair[0].requests) == 1


def test_each_attempt_is_a_row_under_the_request(client, pair, service, model):
    pair[0].script(error(503, FAILED))
    ask(client, model)
    attempt, message = sorted(service.usage_records(2, requested_model=model), key=lambda row: row["kind"])
    assert (attempt["kind"], attempt["backend_name"], attempt["state"]) == ("attempt", "first", "failed")
    assert (attempt["http_status"], attempt["error_type"]) == (529, "overloaded_error")
    assert attempt["parent_request"] == message["id"]
    assert (message["kind"], message["backend_name"], message["state"]) == ("message", "second", "closed")


def test_the_least_busy_backend_is_asked_where_the_mapping_prefers_that(service, client, model):
    gate = Gate()
    with ScriptedBackend() as first, ScriptedBackend() as second, ThreadPoolExecutor(4) as pool:
        urls = {"idle": first.base_url, "busy": second.base_url}
        for backend in (first, second):
            backend.script_with(lambda asked: text("Hello"))
        mapping, *targets = mapping_rows(model, urls, orders=(0, 0))
        mapping["fields"]["prefers_least_busy"] = True
        load(service, mapping, *targets)
        eventually(lambda: both_answer(client, model, first, second), 30, lambda: "the mapping is not followed")
        for backend in (first, second):
            backend.reset()
            backend.script_with(lambda asked: stream(gate, *text("Hello").chunks(asked)))
        held = [pool.submit(ask, client, model, stream=True) for _ in range(1)]
        eventually(lambda: len(first.requests) + len(second.requests) == 1, 30, lambda: "nothing came")
        for count in (2, 3, 4):
            held.append(pool.submit(ask, client, model, stream=True))
            eventually(lambda n=count: len(first.requests) + len(second.requests) == n, 30, lambda: "nothing came")
        assert [len(first.requests), len(second.requests)] == [2, 2]
        gate.open()
        assert [each.result().status_code for each in held] == [200] * 4


def sessions():
    return {"x-claude-code-session-id": f"session {next(numbers)}"}


def test_no_request_that_begins_after_one_of_two_backends_died_fails(service, client, model):
    with ScriptedBackend() as other, ScriptedBackend() as dying:
        for backend in (other, dying):
            backend.script_with(lambda asked: text("Hello"))
        urls = {"dying": dying.base_url, "other": other.base_url}
        load(service, *mapping_rows(model, urls, orders=(0, 0)))
        eventually(lambda: both_answer(client, model, dying, other), 30, lambda: "the mapping is not followed")
        dead = threading.Event()

        def work(_):
            late = []
            while len(late) < 10:
                began_late = dead.is_set()
                response = client.post("/v1/messages", json=request(model=model, stream=True), headers=sessions())
                if began_late:
                    late.append((response.status_code, names(response.text)[-1]))
            return late

        with ThreadPoolExecutor(8) as pool:
            working = [pool.submit(work, number) for number in range(8)]
            dying.wait_for_requests(len(dying.requests) + 20)
            dying.stop()
            dead.set()
            outcomes = [outcome for each in working for outcome in each.result()]
        assert outcomes == [(200, "message_stop")] * 80


TROUBLES = {
    "flapping": [error(503, FAILED), text("Hello")],
    "silent": [Reply(end=HANG)],
    "limiting": [error(429, "slow down", headers={"retry-after": "30"})],
    "failing in band": [stream({"error": {"code": 503, "message": FAILED}})],
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_no_request_fails_while_one_of_two_backends_is_in_trouble(service, client, model, trouble):
    with ScriptedBackend() as other, ScriptedBackend() as troubled:
        for backend in (other, troubled):
            backend.script_with(lambda asked: text("Hello"))
        urls = {f"troubled-{next(numbers)}": troubled.base_url, f"well-{next(numbers)}": other.base_url}
        rows = list(mapping_rows(model, urls, orders=(0, 0)))
        for row in rows:
            if row["model"] == "routing.backend":
                row["fields"]["timeout"] = 1
        load(service, *rows)
        eventually(lambda: both_answer(client, model, troubled, other), 30, lambda: "the mapping is not followed")
        answers, before = cycle(trouble), len(troubled.requests)
        troubled.script_with(lambda asked: next(answers))

        def work(_):
            fields = request(model=model, stream=True)
            responses = [client.post("/v1/messages", json=fields, headers=sessions()) for _ in range(10)]
            return [(response.status_code, names(response.text)[-1]) for response in responses]

        with ThreadPoolExecutor(8) as pool:
            outcomes = [outcome for each in pool.map(work, range(8)) for outcome in each]
        assert outcomes == [(200, "message_stop")] * 80
        assert len(troubled.requests) > before


def both_answer(client, model, *backends):
    client.post("/v1/messages", json=request(model=model), headers=sessions())
    return all(backend.requests for backend in backends)
