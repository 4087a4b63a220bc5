"""An application whose answers take as long as the test wants: `GET /FILE` ends once the file exists.

As a program it is served by the product's own server: `python -m tests.serve.slow_application PORT WORKERS GRACE TROUBLE`.
While the file TROUBLE exists, no process can start.
"""

import asyncio
import os
import sys
from pathlib import Path

from proxysite.serving import server


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if Path(sys.argv[-1]).exists():
            await send({"type": "lifespan.startup.failed", "message": "in trouble"})
            return
        print("first words of", os.getpid(), flush=True)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("last words of", os.getpid(), flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d\n" % os.getpid(), "more_body": True})
    while not Path(scope["path"]).exists():
        await asyncio.sleep(0.05)
    await send({"type": "http.response.body", "body": b"end\n"})


if __name__ == "__main__":
    server.APPLICATION = "tests.serve.slow_application:application"
    port, workers, grace = map(int, sys.argv[1:4])
    plan = server.Plan("127.0.0.1", port, workers, grace, "127.0.0.1")
    sys.exit(not server.serve(plan, server.bound_socket(plan.host, plan.port)))
