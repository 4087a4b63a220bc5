"""Many at once through one process: no stream waits for another, none gets another's words."""

import asyncio

import httpx

from tests.support.answers import text
from tests.support.messages import events, names, request
from tests.support.scripted_backend import DONE, Gate, stream

STREAMS = 200


def test_two_hundred_streams_run_side_by_side(client, backend):
    # protocol I225
    gate = Gate()

    def reply(asked):
        chunks = text(f"answer to {asked.json['messages'][-1]['content']}").chunks(asked)
        return stream(*chunks[:2], gate, *chunks[2:], DONE)

    backend.script_with(reply)

    async def ask(session, number):
        response = await session.post("/v1/messages", json=request(f"question {number}", stream=True))
        return "".join(
            data["delta"]["text"] for name, data in events(response.text) if name == "content_block_delta"
        ), names(response.text)[-1]

    async def ask_all():
        limits = httpx.Limits(max_connections=STREAMS)
        headers = dict(client.headers)
        async with httpx.AsyncClient(
            base_url=client.base_url, headers=headers, limits=limits, timeout=60, trust_env=False
        ) as session:
            asking = [asyncio.create_task(ask(session, number)) for number in range(STREAMS)]
            await asyncio.to_thread(backend.wait_for_requests, STREAMS, 60)
            gate.open()  # only now: all of them are open at once
            return await asyncio.gather(*asking)

    answers = asyncio.run(ask_all())
    backend.reset()
    assert answers == [(f"answer to question {number}", "message_stop") for number in range(STREAMS)]
