"""Work on the body of a request that is so large that every stream of this process would wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

THREAD_BYTES = 512 * 1024
"""Smaller bodies are done with before a thread could be woken twice."""

Result = TypeVar("Result")


async def beside_streams(size: int, work: Callable[[], Result]) -> Result:
    """What the work on a body of that size gives: done at once, or in a thread, from which streams get their turns."""
    return await asyncio.to_thread(work) if size > THREAD_BYTES else work()
