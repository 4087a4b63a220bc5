"""The demo backend behind a socket: as a command of its own, or in a thread beside the service."""

from __future__ import annotations

import socket
import threading

from uvicorn import Config, Server

from proxysite.demo.application import WORD_SECONDS, DemoBackend


def demo_server(delay: float = WORD_SECONDS) -> Server:
    return Server(
        Config(DemoBackend(delay), http="httptools", ws="none", lifespan="off", log_config=None, access_log=False)
    )


def start_beside() -> str:
    """Run it until the process ends (so that the last streams can finish); its base URL."""
    bound = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=demo_server().run, args=([bound],), daemon=True, name="demo backend").start()
    return f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
