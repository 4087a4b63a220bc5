"""What is at URLs of clients is got from the address that was looked at, or not at all."""

import asyncio
import base64

import httpx
import pytest

from routing import fetching
from routing.fetching import Fetcher, NotFetched, acceptable
from routing.public_addresses import NotPublic
from tests.support.pdf import pdf

PNG = b"\x89PNG\r\n\x1a\n picture"
ADDRESS = "93.184.216.34"
URL = "https://example.com/a.png?size=1"


class Site:
    """A site of the internet: what it answers, what it was asked, and for what names addresses were looked up."""

    def __init__(self, *answers, addresses=(ADDRESS,)):
        self.asked = []
        self.looked_up = []
        self._answers = list(answers)
        self._addresses = addresses
        self.fetcher = Fetcher(self._look_up, lambda: httpx.MockTransport(self._answer))

    async def _look_up(self, host, port):
        self.looked_up.append((host, port))
        if isinstance(self._addresses, Exception):
            raise self._addresses
        return list(self._addresses)

    def _answer(self, request):
        self.asked.append(request)
        answer = self._answers.pop(0) if self._answers else answered()
        if isinstance(answer, Exception):
            raise answer
        return answer


def answered(body=PNG, status=200, **headers):
    return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(PNG, "image/png", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0 picture", "image/jpeg", id="jpeg"),
        pytest.param(b"GIF89a picture", "image/gif", id="gif"),
        pytest.param(b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", id="webp"),
        pytest.param(pdf("a"), "application/pdf", id="pdf"),
    ],
)
async def test_it_gives_what_the_conversion_takes(body, media_type):
    site = Site(answered(body, content_type="text/html"))
    fetched = await site.fetcher.fetch([URL])
    assert fetched == {URL: (media_type, base64.b64encode(body).decode())}


async def test_it_connects_to_the_address_that_was_looked_at():  # whatever the name means a moment later
    site = Site()
    await site.fetcher.fetch([URL])
    assert site.looked_up == [("example.com", 443)]
    (request,) = site.asked
    assert str(request.url) == f"https://{ADDRESS}/a.png?size=1"
    assert request.headers["host"] == "example.com"
    assert request.extensions["sni_hostname"] == "example.com"


async def test_it_says_nothing_of_us(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    site = Site()
    await site.fetcher.fetch([URL])
    assert set(site.asked[0].headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}


async def test_another_address_of_the_same_host_may_answer():
    site = Site(httpx.ConnectError("refused"), addresses=["2606:4700::1111", ADDRESS])
    assert URL in await site.fetcher.fetch([URL])
    assert [request.url.host for request in site.asked] == ["2606:4700::1111", ADDRESS]


async def test_an_address_that_is_not_public_is_never_connected_to():
    site = Site(addresses=NotPublic("its address is not public"))
    assert await site.fetcher.fetch([URL]) == {}
    assert site.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answered(PNG, 302, location="http://169.254.169.254/"), id="redirect"),
        pytest.param(answered(PNG, 404), id="not found"),
        pytest.param(answered(PNG, 206), id="a part"),
        pytest.param(answered(b"<html>"), id="a page"),
        pytest.param(answered(b""), id="nothing"),
        pytest.param(answered(b"\x1f\x8b\x08" + bytes(20)), id="compressed, unasked"),
        pytest.param(answered(PNG + bytes(fetching.BYTES)), id="too large"),
        pytest.param(httpx.ReadError("reset"), id="broken off"),
        pytest.param(httpx.ConnectError("refused"), id="no connection"),
        pytest.param(httpx.RemoteProtocolError("no HTTP"), id="no HTTP"),
        pytest.param(httpx.ReadTimeout("slow"), id="slow"),
    ],
)
async def test_nothing_is_got_from_other_answers(answer):
    site = Site(answer)
    assert await site.fetcher.fetch([URL]) == {}
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://user:password@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com:22/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "https:///a.png",
        "http://example.com\r\n.evil/",
        "//example.com/",
        "",
    ],
)
def test_other_urls_are_refused(url):
    with pytest.raises(NotFetched):
        acceptable(url)


async def test_a_url_is_fetched_once():
    site = Site()
    first = await site.fetcher.fetch([URL])
    assert await site.fetcher.fetch([URL]) == first
    assert len(site.asked) == 1


async def test_a_failure_is_remembered_too():  # or each turn of a conversation would wait for it
    site = Site(answered(status=500))
    assert [await site.fetcher.fetch([URL]), await site.fetcher.fetch([URL])] == [{}, {}]
    assert len(site.asked) == 1


async def test_the_newest_are_fetched_as_far_as_there_is_room(monkeypatch):
    urls = [f"https://example.com/{number}.png" for number in range(5)]
    monkeypatch.setattr(fetching, "URLS", 4)
    monkeypatch.setattr(fetching, "BYTES_FOR_ALL", 3 * len(base64.b64encode(PNG)))
    assert list(await Site().fetcher.fetch(urls)) == urls[:1:-1]


@pytest.mark.parametrize("bound", ["SECONDS", "SECONDS_FOR_ALL"])
async def test_time_is_bounded(monkeypatch, bound):
    async def forever(host, port):
        await asyncio.Event().wait()

    monkeypatch.setattr(fetching, bound, 0.01)
    assert await Fetcher(forever).fetch([URL]) == {}


async def test_it_speaks_to_a_real_server(monkeypatch):
    heads = []

    async def answer(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(PNG), PNG))
        writer.close()

    async def addresses(host, port):
        return ["127.0.0.1"]

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setattr(fetching, "PORTS", (port,))
        url = f"http://pictures.example:{port}/a%20b.png"
        assert url in await Fetcher(addresses).fetch([url])
    assert heads[0].startswith(b"GET /a%20b.png HTTP/1.1\r\n")
    assert b"host: pictures.example:%d\r\n" % port in heads[0].lower()


async def test_the_log_names_no_url(caplog):
    caplog.set_level("INFO", "routing")
    await Site(answered(status=404)).fetcher.fetch([URL])
    assert "404" in caplog.text
    assert "example.com" not in caplog.text
