"""What is at URLs that clients name, for backends that fetch nothing themselves. Off unless FETCH_URLS allows it.

The URL is a stranger's choice, so that it must not lead into this network: http or https at their own ports, resolved
once, each address public (`public_addresses.py`), and the connection goes to that very address, whatever the name says
a moment later. No redirect is followed and no proxy of the environment asked. What comes is bounded in size and time,
and is what its first bytes say.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

import httpx

from conversion.request.magic import media_type_of
from routing.memory import Memory
from routing.public_addresses import NotPublic, public_addresses

logger = logging.getLogger("routing")

SECONDS = 10.0
SECONDS_FOR_ALL = 20.0
BYTES = 10 * 1024 * 1024
BYTES_FOR_ALL = 32 * 1024 * 1024
URLS = 20
"""How many of one request are fetched."""
PORTS = (80, 443)
HEADERS = {"accept": "image/*, application/pdf", "accept-encoding": "identity", "user-agent": "claude-code-proxy"}

Content = tuple[str, str]
"""Media type and base64, as `convert_request(fetched=…)` takes them."""
NOTHING: Content = ("", "")


class NotFetched(Exception):
    """Why there is nothing, as the end of a sentence."""


class Fetcher:
    """Fetches, and remembers for a while what it got: conversations name the same URLs in each turn."""

    def __init__(
        self,
        addresses: Callable[[str, int], Awaitable[list[str]]] = public_addresses,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._addresses = addresses
        self._transport = transport or (lambda: httpx.AsyncHTTPTransport(verify=tls(), trust_env=False))
        self._known: Memory[Content] = Memory(entries=256, size=64 * 1024 * 1024, seconds=3600)

    async def fetch(self, urls: Sequence[str]) -> dict[str, Content]:
        """What is at these URLs, without those that nothing was got from; the newest ones (the last) come first."""
        fetched: dict[str, Content] = {}
        room = BYTES_FOR_ALL
        try:
            async with asyncio.timeout(SECONDS_FOR_ALL):
                for url in reversed(urls[-URLS:]):
                    content = await self._content(url)
                    room -= len(content[1])
                    if room < 0:
                        break
                    if content != NOTHING:
                        fetched[url] = content
        except TimeoutError:
            logger.info("fetching what a request names took longer than %g s", SECONDS_FOR_ALL)
        return fetched

    async def _content(self, url: str) -> Content:
        known = self._known.get(url)
        if known is not None:
            return known
        try:
            content = await self._fetched(url)
        except (NotFetched, NotPublic) as error:
            logger.info("an image or document was not fetched: %s", error)
            content = NOTHING
        self._known.put(url, content, len(url) + len(content[1]))
        return content

    async def _fetched(self, text: str) -> Content:
        try:
            async with asyncio.timeout(SECONDS):
                url = acceptable(text)
                addresses = await self._addresses(host_of(url), port_of(url))
                data = await self._body(url, addresses)
        except TimeoutError:
            raise NotFetched(f"it took longer than {SECONDS:g} s") from None
        media_type = media_type_of(data[:16])
        if media_type is None:
            raise NotFetched("it is neither an image nor a PDF document")
        return media_type, b64encode(data).decode()

    async def _body(self, url: httpx.URL, addresses: list[str]) -> bytes:
        """From the first address that can be connected to."""
        failure = NotFetched("it has no address")
        async with httpx.AsyncClient(transport=self._transport(), trust_env=False, timeout=SECONDS) as client:
            for address in addresses:
                try:
                    return await read(client, url, address)
                except httpx.ConnectError:
                    failure = NotFetched("no connection")
                except httpx.HTTPError as error:
                    raise NotFetched(f"it broke off ({type(error).__name__})") from error
        raise failure


async def read(client: httpx.AsyncClient, url: httpx.URL, address: str) -> bytes:
    """The body, from this very address; the name is for the server and for its certificate."""
    body = bytearray()
    headers = {**HEADERS, "host": url.netloc.decode("ascii")}
    extensions = {"sni_hostname": host_of(url)}
    async with client.stream("GET", url.copy_with(host=address), headers=headers, extensions=extensions) as response:
        if response.status_code != 200:
            raise NotFetched(f"the answer is {response.status_code}")
        async for part in response.aiter_raw():
            body += part
            if len(body) > BYTES:
                raise NotFetched("it is too large")
    return bytes(body)


def acceptable(text: str) -> httpx.URL:
    """The URL as it will be used; raises NotFetched where nobody should need it."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise NotFetched("the URL is not valid") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or port_of(url) not in PORTS:
        raise NotFetched("the URL is not plain http or https")
    return url


def host_of(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def port_of(url: httpx.URL) -> int:
    return url.port if url.port is not None else (443 if url.scheme == "https" else 80)


@cache
def tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
