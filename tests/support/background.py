"""Servers of the standard library that run as long as a `with` lasts, in a thread of their own."""

from __future__ import annotations

import threading
from http.server import ThreadingHTTPServer
from socketserver import ThreadingTCPServer


class Background(ThreadingTCPServer):
    daemon_threads = True

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class BackgroundHTTP(Background, ThreadingHTTPServer):
    pass
