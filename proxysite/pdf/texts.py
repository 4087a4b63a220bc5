"""The texts of PDF documents: each is read once, by a process of its own (`reader.py`), two of them at a time.

A process costs 60 ms, and no document can harm the service or read another one. What goes wrong there is no text: the
conversion then puts a placeholder in its place, and a notice says so.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from threading import Timer

from conversion.request.attachments import Document
from routing.memory import Memory

logger = logging.getLogger("proxysite")

READER = (sys.executable, "-I", str(Path(__file__).with_name("reader.py")))
PROCESSES = 2
SECONDS = 10.0
SECONDS_FOR_ALL = 20.0
ENCODED_BYTES = 32 * 1024 * 1024
TEXT_BYTES = 8 * 1024 * 1024
WAITING = 32
"""How many documents may wait; further ones stay unread, so that nobody waits for hours of reading."""


class PdfTexts:
    """Starts nothing before the first document; to be stopped with the service."""

    def __init__(self, reader: Sequence[str] = READER, seconds: float = SECONDS) -> None:
        self._reader = reader
        self._seconds = seconds
        self._threads: ThreadPoolExecutor | None = None
        self._processes: set[Popen[bytes]] = set()
        self._reading: dict[str, Future[str]] = {}
        self._known: Memory[str] = Memory(entries=512, size=64 * 1024 * 1024, seconds=3600)

    async def of(self, documents: Sequence[Document]) -> dict[str, str]:
        """Digest → text, without the documents that have none, or none in time."""
        texts = {document.digest: self._known.get(document.digest) for document in documents}
        unread = [document for document in reversed(documents) if texts[document.digest] is None]
        started = {document.digest: reading for document in unread if (reading := self._read(document))}
        if started:
            await asyncio.wait([asyncio.wrap_future(reading) for reading in started.values()], timeout=SECONDS_FOR_ALL)
            texts |= {digest: text_so_far(reading) for digest, reading in started.items()}
        return {digest: text for digest, text in texts.items() if text}

    def stop(self) -> None:
        """End what runs, and forget what waits."""
        threads, self._threads = self._threads, None
        if threads is None:
            return
        threads.shutdown(wait=False, cancel_futures=True)
        for process in list(self._processes):
            process.kill()
        threads.shutdown()

    def _read(self, document: Document) -> Future[str] | None:
        """The reading of this document, which others may wait for too; None when there is too much to do."""
        if document.digest in self._reading:
            return self._reading[document.digest]
        if len(self._reading) >= WAITING or len(document.encoded) > ENCODED_BYTES:
            logger.info("a PDF document is not read: it is too large, or too many wait")
            return None
        if self._threads is None:
            self._threads = ThreadPoolExecutor(PROCESSES, thread_name_prefix="pdf")
        reading = self._threads.submit(self._text, document)
        self._reading[document.digest] = reading
        reading.add_done_callback(lambda _: self._reading.pop(document.digest, None))
        return reading

    # in a thread

    def _text(self, document: Document) -> str:
        """The text, empty for whatever reason; remembered either way, since the document comes again in each turn."""
        process = Popen(self._reader, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={})  # noqa: S603  # our own program
        deadline = Timer(self._seconds, process.kill)
        self._processes.add(process)
        try:
            deadline.start()
            output = exchanged(process, document.encoded.encode(errors="replace"))
        finally:
            deadline.cancel()
            self._processes.discard(process)
        if process.returncode != 0:
            logger.info("a PDF document could not be read: its reader ended with %d", process.returncode)
        text = output.decode(errors="replace") if process.returncode == 0 else ""
        self._known.put(document.digest, text, len(document.digest) + sys.getsizeof(text))
        return text


def exchanged(process: Popen[bytes], data: bytes) -> bytes:
    """What a process says to this; it has ended then. More than any text can be is not listened to."""
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(data)
        output = process.stdout.read(TEXT_BYTES + 1)
        if len(output) > TEXT_BYTES:
            process.kill()
    return output


def text_so_far(reading: Future[str]) -> str | None:
    """What a reading gave, if it has ended, was not called off, and its process could be started at all."""
    if not reading.done() or reading.cancelled():
        return None
    if (error := reading.exception()) is not None:
        logger.error("no reader of PDF documents can be started: %s", error)
        return None
    return reading.result()
