"""What lives as long as the process: the routing snapshot, the journal of the usage, connections, readers of PDFs."""

from __future__ import annotations

import asyncio
import gc
import logging

from accounting import prices
from accounting.budgets.rules import rulebook
from accounting.budgets.treasurer import treasurer
from accounting.notifications.notifier import notifier
from accounting.recorder import Recorder
from proxysite.asgi_types import Receive, Send
from proxysite.inspector.retention import retention
from proxysite.inspector.writer import writer
from proxysite.outside import pdf_texts
from routing import snapshot, upstream
from routing.health import board, seat_leases
from routing.kept_states import kept_states
from routing.summaries import summaries

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
    snapshot.follow(prices.refresh)
    snapshot.follow(rulebook.refresh)
    snapshot.follow(summaries.refresh)
    snapshot.follow(kept_states.refresh)
    snapshot.follow(board.refresh)
    snapshot.follow(seat_leases.refresh)
    snapshot.follow(retention.refresh)
    await asyncio.to_thread(snapshot.start)
    await asyncio.to_thread(recorder.start)
    treasurer.start(recorder.journal)
    notifier.start()
    gc.collect()
    gc.freeze()  # to look through all that stays for garbage would stop every stream for a tenth of a second
    _ready = True


async def stop() -> None:
    global _ready
    _ready = False
    gc.unfreeze()
    await upstream.close()
    await asyncio.to_thread(pdf_texts.stop)
    await asyncio.to_thread(writer.stop)
    await asyncio.to_thread(notifier.stop)
    await asyncio.to_thread(treasurer.stop)
    await asyncio.to_thread(recorder.stop, STOP_SECONDS)
    await asyncio.to_thread(snapshot.stop)
    await asyncio.to_thread(seat_leases.give_back)
