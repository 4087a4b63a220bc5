"""How the processes serve and stop, with one and with several of them: real processes, signals and sockets."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection

import pytest

from proxysite.environment import BASE_DIR
from proxysite.serving.server import AddressUnusable, bound_socket
from tests.support.gateway import eventually
from tests.support.postgres import free_port

TIMEOUT = 30


class Served:
    def __init__(self, folder, workers, grace):
        self.port = free_port()
        self.log = folder / "log"
        self.done = folder / "done"
        self.trouble = folder / "trouble"
        arguments = map(str, (self.port, workers, grace, self.trouble))
        command = [sys.executable, "-m", "tests.serve.slow_application", *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=BASE_DIR, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        eventually(lambda: self.output().count("first words") == workers and self.accepts(), TIMEOUT, self.output)

    def accepts(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    @contextmanager
    def stream(self):
        """A reply that has begun, and who gives it."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)) as connection:
            connection.request("GET", str(self.done))
            with connection.getresponse() as reply:
                yield reply, int(reply.readline())

    def finish_streams(self):
        self.done.touch()

    def send(self, sent, *, to_all=False):
        (os.killpg if to_all else os.kill)(self.process.pid, sent)

    def stops_with(self):
        return self.process.wait(TIMEOUT)

    def output(self):
        return self.log.read_text()


@pytest.fixture(params=[1, 2], ids=["one process", "two workers"])
def workers(request):
    return request.param


@pytest.fixture
def served(tmp_path):
    running = []

    def start(workers, grace=TIMEOUT):
        running.append(Served(tmp_path, workers, grace))
        return running[0]

    yield start
    for one in running:
        one.finish_streams()
        with suppress(ProcessLookupError):
            one.send(signal.SIGKILL, to_all=True)
        one.process.wait()


def test_streams_finish_after_a_sigterm(served, workers):
    service = served(workers)
    with service.stream() as (reply, _):
        service.send(signal.SIGTERM)
        eventually(lambda: not service.accepts(), TIMEOUT, lambda: "connections are still taken")
        service.finish_streams()
        assert reply.read() == b"end\n"
    assert service.stops_with() == 0
    assert service.output().count("last words") == workers


def test_streams_finish_after_ctrl_c(served, workers):
    """A terminal sends it to all processes, and the supervisor then sends SIGTERM to its workers."""
    service = served(workers)
    with service.stream() as (reply, _):
        service.send(signal.SIGINT, to_all=True)
        eventually(lambda: not service.accepts(), TIMEOUT, lambda: "connections are still taken")
        service.finish_streams()
        assert reply.read() == b"end\n"
    assert service.stops_with() == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_second_signal_does_not_wait_for_streams(served, workers, sent):
    service = served(workers)
    with service.stream():
        service.send(sent)
        eventually(lambda: not service.accepts(), TIMEOUT, lambda: "connections are still taken")
        service.send(sent)
        assert service.stops_with() == 0


def test_the_grace_time_ends(served, workers):
    service = served(workers, grace=1)
    with service.stream():
        service.send(signal.SIGTERM)
        assert service.stops_with() == 0
    assert service.output().count("last words") == workers


def test_a_killed_worker_is_replaced(served):
    service = served(2)
    with service.stream() as (_, worker):
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: f"worker {worker} ended" in service.output(), TIMEOUT, service.output)
    with service.stream() as (_, another):
        assert another != worker


def test_a_worker_that_cannot_be_replaced_yet_does_not_stop_the_others(served):
    service = served(2)
    service.trouble.touch()
    with service.stream() as (_, worker):
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: "cannot start" in service.output(), TIMEOUT, service.output)
    with service.stream() as (_, other):
        assert other != worker
    service.trouble.unlink()
    eventually(lambda: service.output().count("first words") == 3, TIMEOUT, service.output)
    service.send(signal.SIGTERM)
    service.finish_streams()
    assert service.stops_with() == 0


def test_a_service_of_which_no_worker_can_start_stops(served):
    service = served(2)
    service.trouble.touch()
    for _ in range(2):
        with service.stream() as (_, worker):
            os.kill(worker, signal.SIGKILL)
    assert service.stops_with() == 1


def test_workers_do_not_outlive_a_killed_supervisor(served):
    service = served(2)
    service.send(signal.SIGKILL)
    service.process.wait()
    eventually(lambda: not service.accepts(), TIMEOUT, lambda: "a worker lives on")


def test_workers_are_replaced_one_by_one_at_a_sighup(served):
    service = served(2)
    service.finish_streams()
    seen = set()
    service.send(signal.SIGHUP)
    while len(seen) < 4:
        assert service.accepts()
        with suppress(OSError), service.stream() as (_, worker):  # one that goes closes what has not asked yet
            seen.add(worker)
    service.send(signal.SIGTERM)
    assert service.stops_with() == 0


def test_little_is_taken_from_us_for_a_client_that_does_not_read():
    with bound_socket("127.0.0.1", 0) as bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            accepted.setblocking(False)
            taken = 0
            with suppress(BlockingIOError):
                while True:
                    taken += accepted.send(bytes(64 * 1024))
    assert taken < 1024 * 1024


def test_a_taken_port_is_named():
    with bound_socket("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(AddressUnusable, match=f"127.0.0.1, port {port}: Address already in use"):
            bound_socket("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 70000), ("203.0.113.7", 8082), ("no host", 8082)], ids=["port", "address", "name"]
)
def test_an_impossible_address_is_refused(host, port):
    with pytest.raises(AddressUnusable):
        bound_socket(host, port)
