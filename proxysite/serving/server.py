"""The processes that serve: one uvicorn, or several under its supervisor; and how they stop.

The first SIGTERM or Ctrl-C stops accepting and lets the streams in flight finish, for `grace` seconds at most; a second
one stops at once. Either way the exit code is 0: being told to stop is not a failure.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import time
from dataclasses import dataclass
from types import FrameType

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

logger = logging.getLogger("proxysite")

APPLICATION = "proxysite.asgi:application"
KEEP_ALIVE_SECONDS = 75  # longer than nginx and its like keep a connection, so that they close first
HUNG_SECONDS = 10  # a worker that does not answer its supervisor for so long is replaced
FORCED_SECONDS = 5.0
RETRY_SECONDS = 5.0
UNSENT_BYTES = 128 * 1024
"""What the system takes of a reply beyond what is on its way: a client that stalls would be owed megabytes."""
STOPPING = {signal.SIGINT, signal.SIGTERM}


class AddressUnusable(Exception):
    """HOST and PORT cannot be listened on; the text says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where and how to serve."""

    host: str
    port: int
    workers: int
    grace: int
    forwarded_allow_ips: str


def bound_socket(host: str, port: int) -> socket.socket:
    """The address, taken before anything else is done: who comes second learns it at once."""
    if port not in range(65536):
        raise AddressUnusable(f"There is no port {port}: they go from 0 to 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)  # of all that it accepts
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise AddressUnusable(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error
    return bound


def serve(plan: Plan, bound: socket.socket) -> bool:
    """Serve until told to stop. False: it could not start."""
    logger.info("starting on %s:%d, workers: %d", *bound.getsockname()[:2], plan.workers)
    if plan.workers > 1:
        started = Workers(configuration(plan), [bound]).serve()
    else:
        server = SingleServer(configuration(plan))
        server.run([bound])
        started = server.started
    logger.info("stopped")
    return started


def configuration(plan: Plan) -> Config:
    return Config(
        APPLICATION,
        http="proxysite.connection:Connection",
        loop="uvloop",
        ws="none",
        lifespan="on",
        workers=plan.workers,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=plan.forwarded_allow_ips,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=plan.grace,
        timeout_worker_healthcheck=HUNG_SECONDS,
        callback_notify=stop_when_orphaned,
        timeout_notify=1,
    )


async def stop_when_orphaned() -> None:
    """A worker whose supervisor was killed stops too; otherwise it would hold the port for ever."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None and supervisor.pid != os.getppid():
        signal.raise_signal(signal.SIGTERM)


class SingleServer(Server):
    """uvicorn's server, which by itself ends by the signal that stopped it, and hears a second SIGTERM no more."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


class Workers(Multiprocess):
    """uvicorn's supervisor, which by itself hears nothing any more once it waits for its workers, and stops them all
    when one that takes another's place cannot start: a full disk may do that, and pass.
    """

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._can_start = True
        self._failed_at: dict[Process, float] = {}

    def serve(self) -> bool:
        self.run()
        return self._can_start

    def keep_subprocess_alive(self) -> None:
        for place, worker in enumerate(self.processes):
            if not self.should_exit.is_set() and not worker.is_alive(timeout=HUNG_SECONDS):
                worker.kill()  # it may be hung
                worker.join()
                if worker.exitcode != STARTUP_FAILURE or self._may_try_again(worker):
                    self._replace(place)

    def _may_try_again(self, failed: Process) -> bool:
        """After a while, if others serve; else all of them would fail the same way, and the service stops."""
        if failed not in self._failed_at:
            self._failed_at[failed] = time.monotonic()
            logger.error("worker %s cannot start", failed.pid)
            others = (worker for worker in self.processes if worker is not failed)
            self._can_start = any(worker.is_ready(HUNG_SECONDS) for worker in others)
            if not self._can_start:
                self.should_exit.set()
        return self._can_start and time.monotonic() - self._failed_at[failed] >= RETRY_SECONDS

    def _replace(self, place: int) -> None:
        old = self.processes[place]
        self._failed_at.pop(old, None)
        self.processes[place] = new = Process(self.config, self.sockets)
        new.start()
        logger.warning("worker %s ended (exit code %s); worker %s takes its place", old.pid, old.exitcode, new.pid)

    def terminate_all(self) -> None:
        for bound in self.sockets:
            bound.close()  # as long as anybody holds it open, connections are still taken
        super().terminate_all()

    def join_all(self) -> None:
        while self._running():
            if STOPPING & set(self.signal_queue):
                self._force()
            time.sleep(0.1)

    def _running(self) -> bool:
        return any(worker.exitcode is None for worker in self.processes)

    def _force(self) -> None:
        """uvicorn's servers break off at a SIGINT that follows the SIGTERM; what even then remains is killed."""
        self._send(signal.SIGINT)
        deadline = time.monotonic() + FORCED_SECONDS
        while self._running() and time.monotonic() < deadline:
            time.sleep(0.1)
        self._send(signal.SIGKILL)

    def _send(self, sent: signal.Signals) -> None:
        for worker in self.processes:
            if worker.exitcode is None and worker.pid is not None:
                os.kill(worker.pid, sent)
