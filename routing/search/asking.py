"""One search: asked over HTTP, bounded in time and size, answered with pages or with the reason why there are none."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping

import httpx
import msgspec

from conversion.search.offer import SearchTerms
from conversion.search.results import Page, SearchFailed, wanted
from routing.search.engines import ENGINES, Engine
from routing.table import SearchEntry

logger = logging.getLogger("routing")

SECONDS = 15.0
BYTES = 4 * 1024 * 1024
TAG = re.compile(r"</?(?:strong|b|em|i)>")  # engines mark what matched


async def search(entry: SearchEntry, query: str, terms: SearchTerms) -> list[Page]:
    """The pages that the engine finds and the client's terms allow; raises SearchFailed."""
    engine = ENGINES[entry.kind]
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
            answer = await _answer(client, _request(engine, entry, query, terms))
        pages = list(_pages(engine, msgspec.json.decode(answer)))
    except (httpx.HTTPError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        logger.warning("%s did not answer a search: %s", entry.kind, error or type(error).__name__)
        raise SearchFailed("unavailable") from error
    return wanted(pages, terms)


def _request(engine: Engine, entry: SearchEntry, query: str, terms: SearchTerms) -> httpx.Request:
    url = (entry.base_url or engine.base_url).rstrip("/") + engine.path
    headers = {"accept": "application/json", "user-agent": "claude-code-proxy"}
    if entry.credential:
        headers[engine.key_header] = f"{engine.key_prefix}{entry.credential}"
    question = engine.question(query, terms)
    if engine.posts:
        return httpx.Request("POST", url, headers=headers, json=question)
    return httpx.Request("GET", url, headers=headers, params={name: str(value) for name, value in question.items()})


async def _answer(client: httpx.AsyncClient, request: httpx.Request) -> bytes:
    response = await client.send(request, stream=True)
    try:
        if response.status_code == 429:
            raise SearchFailed("too_many_requests")
        if response.status_code != 200:
            logger.warning("a search was answered with %d", response.status_code)
            raise SearchFailed("unavailable")
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > BYTES:
                raise SearchFailed("unavailable")
        return bytes(body)
    finally:
        await response.aclose()


def _pages(engine: Engine, answer: object) -> Iterator[Page]:
    """What is there of the list, whatever else the answer holds."""
    for name in engine.results:
        answer = answer.get(name) if isinstance(answer, dict) else None
    for item in answer if isinstance(answer, list) else ():
        if isinstance(item, dict):
            url, title, extract, age = (_text(item, name) for name in engine.fields)
            yield Page(url, title, extract, age or None)


def _text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    return TAG.sub("", value) if isinstance(value, str) else ""
