"""A body posted to an address that an admin chose: directly, to where its name leads, and nowhere on from there.

Whoever answers gets some seconds in all, however slowly the answer comes; only its status is read.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import httpx

from routing.fetching import host_of, port_of, tls
from routing.transport import forbidden

SECONDS = 10.0
CONNECT_SECONDS = 4.0
HEADERS = {"user-agent": "claude-code-proxy"}


class NotPosted(Exception):
    """Why it did not arrive, without the address: webhooks have secrets in it."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Blocks, so no coroutine may call it; raises NotPosted for whatever is not answered with 2xx."""
    try:
        status = asyncio.run(status_of(httpx.URL(url), body, headers))
    except httpx.InvalidURL:
        raise NotPosted("its address is not valid") from None
    except TimeoutError:
        raise NotPosted(f"it took longer than {SECONDS:g} s") from None
    except httpx.HTTPError as error:
        raise NotPosted(f"it broke off ({type(error).__name__})") from error
    if not 200 <= status < 300:
        raise NotPosted(f"the answer is {status}")


async def status_of(url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
    """With what the first address answers that can be connected to."""
    sent = {**HEADERS, **headers, "host": url.netloc.decode("ascii")}
    extensions = {"sni_hostname": host_of(url)}
    patience = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    async with asyncio.timeout(SECONDS), httpx.AsyncClient(verify=tls(), trust_env=False, timeout=patience) as client:
        for address in await addresses(url):
            there = url.copy_with(host=address)
            try:
                async with client.stream("POST", there, content=body, headers=sent, extensions=extensions) as answer:
                    return answer.status_code
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
    raise NotPosted("no connection")


async def addresses(url: httpx.URL) -> list[str]:
    """Where the name leads; never to the metadata service of a cloud."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host_of(url), port_of(url), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPosted("its name cannot be resolved") from error
    each = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if any(forbidden((address,)) for address in each):
        raise NotPosted("its address is nobody's (link-local, multicast or unspecified)")
    return each
