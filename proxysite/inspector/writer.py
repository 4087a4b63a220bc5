"""The thread that writes captures. It starts with the first of them, and has no more than a bounded number to write."""

from __future__ import annotations

import logging
import threading
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from django import db

from accounting.database import use_own_connection
from proxysite.inspector.cleaning import clean_headers, cleaned
from proxysite.inspector.models import Capture
from proxysite.inspector.recording import Call, Recording, sealed

if TYPE_CHECKING:
    from proxysite.inspector.tap import HeardCall, Tap

MOST_WAITING = 64 << 20
NAME_LIMIT = 200
STOP_SECONDS = 3.0

logger = logging.getLogger("proxysite")


class Named(msgspec.Struct):
    """The one thing of a request that the list shows."""

    model: str = ""


class CaptureWriter:
    """Writes one after another; what would be too much to keep waiting is dropped."""

    def __init__(self) -> None:
        self._waiting: deque[Tap] = deque()
        self._size = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def put(self, tap: Tap) -> None:
        """From the event loop: never waits for the thread to write."""
        with self._changed:
            if self._size + weight(tap) > MOST_WAITING:
                logger.warning("a captured request is dropped: the database does not keep up with them")
                return
            self._waiting.append(tap)
            self._size += weight(tap)
            if self._thread is None:
                self._stopping = False
                self._thread = threading.Thread(target=self._run, name="captures", daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self) -> None:
        """Write what waits, for a moment."""
        with self._changed:
            thread, self._thread, self._stopping = self._thread, None, True
            self._changed.notify()
        if thread is not None:
            thread.join(STOP_SECONDS)

    def _run(self) -> None:
        use_own_connection()
        try:
            while (tap := self._next()) is not None:
                attempt_to_write(tap)
        finally:
            db.connection.close()

    def _next(self) -> Tap | None:
        """Waits for one; None when there are none and none will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            if not self._waiting:
                return None
            tap = self._waiting.popleft()
            self._size -= weight(tap)
            return tap


def weight(tap: Tap) -> int:
    """Bytes that it holds."""
    calls = sum(len(call.body) + len(call.reply.data) for call in tap.calls)
    return len(tap.body) + len(tap.reply.data) + calls


def attempt_to_write(tap: Tap) -> None:
    try:
        write(tap)
    except db.Error as error:
        logger.warning("a captured request is lost: %s", type(error).__name__)
        db.connection.close()
    except Exception as error:  # neither its text nor a traceback: they could hold what was captured
        logger.error("a captured request cannot be written: %s", type(error).__name__)


def write(tap: Tap) -> None:
    last = tap.calls[-1] if tap.calls else None
    row = Capture(
        request_id=tap.request_id,
        started_at=datetime.fromtimestamp(tap.started_at, UTC),
        kind=tap.kind,
        client_id=tap.client_id or None,
        client_name=tap.client_name,
        requested_model=requested_model(tap.body),
        routed_model=last.model[:NAME_LIMIT] if last is not None else "",
        backend_name=last.backend if last is not None else "",
        http_status=tap.status,
        sealed=sealed(recording(tap)),
    )
    Capture.objects.bulk_create([row], ignore_conflicts=True)


def recording(tap: Tap) -> Recording:
    return Recording(
        headers=clean_headers(tap.headers),
        request=cleaned(tap.body),
        calls=tuple(recorded(call) for call in tap.calls),
        status=tap.status,
        reply=cleaned(bytes(tap.reply.data), tap.reply.size),
        pieces=tuple(tap.reply.pieces),
        milliseconds=tap.milliseconds,
    )


def recorded(call: HeardCall) -> Call:
    return Call(
        backend=call.backend,
        model=call.model,
        milliseconds=call.milliseconds,
        request=cleaned(call.body),
        status=call.status,
        reply=cleaned(bytes(call.reply.data), call.reply.size),
        pieces=tuple(call.reply.pieces),
        failure=call.failure,
    )


def requested_model(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=Named).model[:NAME_LIMIT]
    except msgspec.DecodeError:
        return ""


writer = CaptureWriter()
"""That of this process; `proxysite/lifespan.py` stops it."""
