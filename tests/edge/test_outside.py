"""What the conversion needs from outside is got for those backends only that need it, and only where it is allowed."""

import base64

import httpx
import msgspec
import pytest

from conversion.destination import Destination
from conversion.profiles import profile_for
from conversion.request.convert import convert_request
from conversion.request.identity import cache_keys
from conversion.request.read import read_messages_request
from proxysite import outside as module
from proxysite.outside import outside
from proxysite.pdf.texts import PdfTexts
from routing.fetching import Fetcher
from tests.support import answers, messages
from tests.support.pdf import pdf

DOCUMENT = base64.b64encode(pdf("Hello")).decode()
PNG = b"\x89PNG\r\n\x1a\n picture"
OLLAMA = Destination("llama3", profile_for("ollama", "llama3"))
OPENAI = Destination("gpt-5.4", profile_for("openai", "gpt-5.4"))


def request(*blocks):
    message = {"role": "user", "content": [{"type": "text", "text": "Look."}, *blocks]}
    return read_messages_request(msgspec.json.encode({"model": "m", "max_tokens": 9, "messages": [message]}))


def document():
    return {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": DOCUMENT}}


def at_url(kind, name):
    return {"type": kind, "source": {"type": "url", "url": f"https://example.com/{name}"}}


async def converted(message, destination):
    """The body for the backend, and the codes of what was lost."""
    got = await outside(message, destination)
    conversion = convert_request(
        message,
        destination,
        secret=b"s" * 32,
        keys=cache_keys(message, session_id="", agent_id="", client=""),
        documents=got.documents,
        fetched=got.fetched,
    )
    return conversion.body.decode(), [notice.code for notice in conversion.notices]


@pytest.fixture(autouse=True)
def internet(monkeypatch):
    """What was asked of a site that has a picture and a document."""
    asked = []

    async def addresses(host, port):
        return ["93.184.216.34"]

    def answer(request):
        asked.append(request.url.path)
        body = pdf("Hello") if request.url.path == "/plan.pdf" else PNG
        return httpx.Response(200, stream=httpx.ByteStream(body))

    monkeypatch.setattr(module, "fetcher", Fetcher(addresses, lambda: httpx.MockTransport(answer)))
    monkeypatch.setattr(module, "pdf_texts", texts := PdfTexts())
    yield asked
    texts.stop()


async def test_a_document_becomes_text_where_files_are_not_taken():  # protocol C58
    body, lost = await converted(request(document()), OLLAMA)
    assert "[page 1]\\nHello" in body
    assert DOCUMENT not in body
    assert "document_dropped" not in lost


async def test_large_requests_are_looked_into_beside_the_loop():
    body, lost = await converted(request({"type": "text", "text": "word " * 300_000}, document()), OLLAMA)
    assert "[page 1]\\nHello" in body
    assert "document_dropped" not in lost


async def test_a_document_that_cannot_be_read_leaves_a_notice():
    broken = document()
    broken["source"]["data"] = "AAAA"
    body, lost = await converted(request(broken), OLLAMA)
    assert "PDF content is not available" in body
    assert "document_dropped" in lost


@pytest.mark.parametrize("destination", [OLLAMA, OPENAI], ids=["ollama", "openai"])
async def test_requests_without_attachments_need_nothing(destination):
    got = await outside(request(), destination)
    assert (got.documents, got.fetched) == ({}, {})


async def test_a_backend_that_takes_files_gets_the_file():
    assert (await outside(request(document()), OPENAI)).documents == {}


async def test_nothing_is_fetched_unless_it_is_allowed(internet):
    body, lost = await converted(request(at_url("image", "a.png"), at_url("document", "plan.pdf")), OLLAMA)
    assert internet == []
    assert "[image: https://example.com/a.png]" in body
    assert {"image_dropped", "document_dropped"} <= set(lost)


async def test_images_and_documents_are_fetched_for_backends_that_do_not(internet, settings):
    settings.FETCH_URLS = True
    body, lost = await converted(request(at_url("image", "a.png"), at_url("document", "plan.pdf")), OLLAMA)
    assert internet == ["/plan.pdf", "/a.png"]
    assert base64.b64encode(PNG).decode() in body
    assert "[page 1]\\nHello" in body
    assert not {"image_dropped", "document_dropped"} & set(lost)


async def test_a_backend_that_fetches_is_left_to_it(internet, settings):
    settings.FETCH_URLS = True
    await converted(request(at_url("image", "a.png")), OPENAI)
    assert internet == []


def test_the_service_reads_documents(client, backend):  # protocol C58
    backend.script(answers.text("It says hello."))
    asked = messages.request()
    asked["messages"] = [{"role": "user", "content": [document()]}]
    assert client.post("/v1/messages", json=asked).status_code == 200
    assert b"[page 1]\\nHello" in backend.requests[0].body
