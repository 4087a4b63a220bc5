"""A backend that takes only so many requests at once: never more reach it, whatever processes do; the others wait."""

import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import assert_is_error, names, request
from tests.support.rows import backend_rows, load
from tests.support.scripted_backend import HANG, Gate, ScriptedBackend, stream

LIMIT = 3


@contextmanager
def service(folder, limit, workers):
    """A service whose model `small-lab/m` leads to a backend with that limit; the backend knows the most it saw."""
    with ScriptedBackend() as backend:
        gateway = Gateway(folder, "--workers", str(workers), OPENAI_BASE_URL=backend.base_url)
        row, model = backend_rows("small-lab", backend.base_url, "m")
        row["fields"]["max_concurrent"] = limit
        load(gateway, row, model)
        with gateway:
            yield gateway, backend


@pytest.fixture(scope="module")
def queue(tmp_path_factory):
    """One process, and a single seat."""
    with service(tmp_path_factory.mktemp("queue"), 1, 1) as found:
        yield found


@pytest.fixture
def alone(queue):
    gateway, backend = queue
    backend.reset()
    eventually(lambda: leases(gateway, "wanted") == [0], 30, lambda: "somebody wants a seat")
    return queue


@pytest.fixture
def pair(tmp_path):
    """Two processes."""
    with service(tmp_path, LIMIT, 2) as found:
        yield found


def ask(gateway, timeout=60, **fields):
    """Over a connection of its own, so that any process may answer."""
    return httpx.post(
        f"{gateway.url}/v1/messages",
        json=request(model="small-lab/m", **fields),
        headers={"x-api-key": CLIENT_KEY},
        timeout=timeout,
        trust_env=False,
    )


def at_once(backend):
    """How many requests it works on."""
    return sum(connection._request is not None for connection in list(backend.open_connections))


def leases(gateway, column):
    """As the database has it, for all processes."""
    with closing(sqlite3.connect(gateway.folder / "data" / "proxy.sqlite3", timeout=20)) as database:
        return [value for (value,) in database.execute(f"SELECT {column} FROM routing_seatlease")]


def until_here(gateway, count):
    """Wait until so many requests are there or wait."""
    eventually(lambda: sum(leases(gateway, "wanted")) >= count, 30, lambda: f"{leases(gateway, 'wanted')}")


def slow_answer(backend, seen):
    def answer(asked):
        seen.append(at_once(backend))
        return stream(0.1, *text("Hello").chunks(asked))

    return answer


def workers(gateway):
    """The processes that serve requests."""
    parent = gateway._process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_two_processes_together_ask_no_more_at_once_than_the_limit(pair):
    gateway, backend = pair
    seen = []
    backend.script_with(slow_answer(backend, seen))
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: ask(gateway, stream=True), range(60)))
    assert {answer.status_code for answer in answers} == {200}
    assert max(seen) <= LIMIT
    assert sum(leases(gateway, "seats")) <= LIMIT


def test_the_seats_of_a_killed_process_are_used_by_the_others(pair):
    gateway, backend = pair
    seen = []
    backend.script_with(lambda asked: stream(*text("Hello").chunks(asked)[:2], end=HANG))
    with ThreadPoolExecutor(12) as pool:
        held = [pool.submit(ask, gateway, stream=True) for _ in range(LIMIT)]
        backend.wait_for_requests(LIMIT)
        victims = workers(gateway)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait(held)
        backend.script_with(slow_answer(backend, seen))
        eventually(lambda: answered(gateway), 60, lambda: "nobody answers any more")
        answers = list(pool.map(lambda _: ask(gateway, stream=True), range(30)))
    assert {answer.status_code for answer in answers} == {200}
    assert max(seen) <= LIMIT
    assert not set(victims) & set(workers(gateway))


def answered(gateway):
    try:
        return ask(gateway).status_code == 200
    except httpx.TransportError:
        return False


def test_one_of_two_processes_dies_and_the_limit_holds(pair):
    gateway, backend = pair
    seen = []
    backend.script_with(slow_answer(backend, seen))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(answered, gateway) for _ in range(80)]
        backend.wait_for_requests(10)
        os.kill(workers(gateway)[0], signal.SIGKILL)
        wait(asked)
        assert max(seen) <= LIMIT
        eventually(lambda: len(leases(gateway, "seats")) == 2, 30, lambda: f"{leases(gateway, 'process')}")
        assert all(pool.map(lambda _: answered(gateway), range(20)))
    assert max(seen) <= LIMIT


def test_whoever_finds_no_seat_in_time_is_told_to_come_again(alone):
    gateway, backend = alone
    gate = Gate()
    backend.script_with(lambda asked: stream(gate, *text("Hello").chunks(asked)))
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(ask, gateway, stream=True)
        backend.wait_for_requests(1)
        waiting = [pool.submit(ask, gateway, stream=streaming) for streaming in (True, False)]
        for each in waiting:
            assert "small-lab" in assert_is_error(each.result(), 529, "overloaded_error")
            assert each.result().headers["retry-after"] == "1"
        gate.open()
        assert names(first.result().text)[-1] == "message_stop"
    assert len(backend.requests) == 1


def test_those_who_wait_are_served_in_their_order(alone):
    gateway, backend = alone
    gate = Gate()
    backend.script_with(lambda asked: stream(gate, *text("Hello").chunks(asked)))
    with ThreadPoolExecutor(4) as pool:
        asked = []
        for number in range(4):
            asked.append(pool.submit(ask, gateway, messages=[{"role": "user", "content": f"number {number}"}]))
            until_here(gateway, number + 1)
        gate.open()
        assert [each.result().status_code for each in asked] == [200] * 4
    assert [each.json["messages"][-1]["content"] for each in backend.requests] == [f"number {n}" for n in range(4)]


def test_a_client_that_leaves_the_queue_is_never_served(alone):
    gateway, backend = alone
    gate = Gate()
    backend.script_with(lambda asked: stream(gate, *text("Hello").chunks(asked)))
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(ask, gateway)
        backend.wait_for_requests(1)
        with pytest.raises(httpx.ReadTimeout):
            ask(gateway, timeout=1)
        third = pool.submit(ask, gateway)
        gate.open()
        assert [each.result().status_code for each in (first, third)] == [200, 200]
    assert len(backend.requests) == 2
