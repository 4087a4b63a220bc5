import threading

import pytest

from proxysite.large_bodies import THREAD_BYTES, beside_streams


async def test_work_on_a_small_body_is_done_at_once():
    assert await beside_streams(THREAD_BYTES, threading.current_thread) is threading.current_thread()


async def test_work_on_a_large_body_is_done_in_a_thread():
    assert await beside_streams(THREAD_BYTES + 1, threading.current_thread) is not threading.current_thread()


@pytest.mark.parametrize("size", [0, THREAD_BYTES + 1])
async def test_what_the_work_raises_is_raised(size):
    with pytest.raises(ZeroDivisionError):
        await beside_streams(size, lambda: 1 / 0)
