"""What lives as long as the process: the routing snapshot, the journal of the usage, connections, readers of PDFs."""

from __future__ import annotations

import asyncio
import logging

from accounting.recorder import Recorder
from proxysite.asgi_types import Receive, Send
from proxysite.outside import pdf_texts
from proxysite.tokenizer import tokenizer
from routing import snapshot, upstream

logger = logging.getLogger("proxysite")

STOP_SECONDS = 10.0
"""What the usage rows of the last requests may take on their way into the database when the process stops."""

recorder = Recorder()
_ready = False


def ready() -> bool:
    """Whether requests can be served: between start-up and shutdown."""
    return _ready


async def lifespan(receive: Receive, send: Send) -> None:
    """ASGI's lifespan protocol: start before the first request, stop after the last one."""
    await receive()
    try:
        await start()
    except Exception as error:
        logger.exception("the service cannot start")
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await stop()
    await send({"type": "lifespan.shutdown.complete"})


async def start() -> None:
    global _ready
    await asyncio.to_thread(snapshot.start)
    await asyncio.to_thread(recorder.start)
    await asyncio.to_thread(tokenizer)
    _ready = True


async def stop() -> None:
    global _ready
    _ready = False
    await upstream.close()
    await asyncio.to_thread(pdf_texts.stop)
    await asyncio.to_thread(recorder.stop, STOP_SECONDS)
    await asyncio.to_thread(snapshot.stop)
