"""Two processes over one PostgreSQL: what an admin changes, and what one of them learned of a backend, both follow."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.answers import text
from tests.support.browser import chromium, follow, shown, submit
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import names, request
from tests.support.missing import missing
from tests.support.postgres import NONE_HERE, programs, running
from tests.support.scripted_backend import DONE, Gate, ScriptedBackend, error, stream

pytestmark = pytest.mark.full

MODEL = "claude-sonnet-5-5"
STREAMS = 50
ROWS = """
from routing.models import Backend, MappingTarget, ModelMapping
mapping = ModelMapping.objects.create(kind="exact", pattern="claude-sonnet-5-5")
for order, url in enumerate({urls}):
    backend = Backend.objects.create(name=f"b{{order}}", base_url=url)
    MappingTarget.objects.create(mapping=mapping, backend=backend, model="m", order=order)
"""


@pytest.fixture
def pair():
    with ScriptedBackend() as first, ScriptedBackend() as second:
        second.script_with(lambda asked: text("second"))
        yield first, second


@pytest.fixture
def gateway(pair, tmp_path):
    if (found := programs()) is None:
        missing(NONE_HERE)
    (tmp_path / "data").mkdir()
    with running(found) as server:
        shared = {"DATABASE_URL": server.url, "SECRET_KEY": "of-all-hosts-" * 4, "CREDENTIALS_SECRET": "too-" * 10}
        with Gateway(tmp_path, "--workers", "2", OPENAI_BASE_URL=pair[0].base_url, **shared) as gateway:
            gateway.manage("shell", "-c", ROWS.format(urls=[backend.base_url for backend in pair]))
            yield gateway


def ask(gateway, **fields):
    """On a connection of its own, so that either process may get it."""
    headers = {"x-api-key": CLIENT_KEY}
    address = f"{gateway.url}/v1/messages"
    return httpx.post(address, json=request(model=MODEL, **fields), headers=headers, timeout=60, trust_env=False)


def held(gate):
    head, last = (
        {"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": reason}]} for reason in (None, "stop")
    )
    return stream(head, gate, last, DONE)


@pytest.fixture
def admin(gateway, tmp_path):
    """A browser whose user is logged in to the admin."""
    with chromium(tmp_path) as browser:
        browser.get(f"{gateway.url}/admin/")
        submit(browser, username="admin", password=re.search(r"user admin, password (\S+)", gateway.output())[1])
        yield browser


def let_the_other_go_first(admin):
    follow(admin, "Model mappings")
    follow(admin, MODEL)
    submit(admin, **{"targets-0-order": "2"}, button="_save")
    assert "was changed successfully" in shown(admin)


def test_a_mapping_that_is_changed_while_streams_run_holds_for_new_requests_alone(gateway, pair, admin):
    first, _ = pair
    gate = Gate()
    first.script_with(lambda asked: text("first"))
    eventually(lambda: asked_as_m(gateway, first), 30, lambda: "the mapping is not followed")
    first.script_with(lambda asked: held(gate))
    with ThreadPoolExecutor(STREAMS) as pool:
        before = len(first.requests)
        streams = [pool.submit(ask, gateway, stream=True) for _ in range(STREAMS)]
        try:
            first.wait_for_requests(before + STREAMS, 60)
            let_the_other_go_first(admin)
            eventually(lambda: all(ask_briefly(gateway) for _ in range(10)), 30, lambda: "the change is not followed")
            before = len(first.requests)
            assert [ask(gateway).status_code for _ in range(30)] == [200] * 30
            assert len(first.requests) == before
        finally:
            gate.open()
        ends = [names(each.result().text)[-1] for each in streams]
    assert ends == ["message_stop"] * STREAMS


def asked_as_m(gateway, backend):
    """By the model of the mapping's target, ten times in a row: both processes know it."""
    return all(ask(gateway).status_code == 200 and backend.requests[-1].json["model"] == "m" for _ in range(10))


def ask_briefly(gateway):
    try:
        headers = {"x-api-key": CLIENT_KEY}
        asked = request(model=MODEL)
        httpx.post(f"{gateway.url}/v1/messages", json=asked, headers=headers, timeout=1, trust_env=False)
    except httpx.TimeoutException:
        return False
    return True


def test_what_one_process_learned_of_a_backend_the_other_knows(gateway, pair):
    first, _ = pair
    first.script_with(lambda asked: text("first"))
    eventually(lambda: asked_as_m(gateway, first), 30, lambda: "the mapping is not followed")
    first.script_with(lambda asked: error(429, "slow down", headers={"retry-after": "300"}))
    before = len(first.requests)
    assert ask(gateway).status_code == 200
    assert len(first.requests) == before + 1
    eventually(lambda: '"openings": 1' in troubles(gateway), 30, lambda: "it is not written down")
    troubles(gateway)  # takes longer than the other process to read it
    with ThreadPoolExecutor(20) as pool:  # by many at once, so that both processes answer
        answers = [pool.submit(ask, gateway) for _ in range(100)]
    assert {each.result().status_code for each in answers} == {200}
    assert len(first.requests) == before + 1


def troubles(gateway):
    return gateway.manage("dumpdata", "routing.backendhealth")
