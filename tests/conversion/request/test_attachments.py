import base64
import hashlib

import msgspec
import pytest

from conversion.destination import Destination
from conversion.profiles import profile_for
from conversion.request.attachments import documents_to_extract, urls_to_fetch
from conversion.request.read import read_messages_request
from tests.conversion.request.ask import MODELS, ask, assistant, body_of, call, image, pdf, result, user

PDF = "JVBERi0xLjQK"
DIGEST = hashlib.sha256(PDF.encode()).hexdigest()
PNG = "iVBORw0KGgoAAAANSUhEUg=="
PICTURE, PLAN = "https://example.com/a.png", "https://example.com/plan.pdf"


def by_url(kind, url):
    return {"type": kind, "source": {"type": "url", "url": url}}


def wanted(function, *messages, dialect="generic", overrides=None, **keys):
    model = MODELS[dialect]
    request = read_messages_request(msgspec.json.encode(body_of(list(messages))))
    return function(request, Destination(model, profile_for(dialect, model, overrides)), **keys)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        pytest.param("openrouter", [], id="fetches both"),
        pytest.param("mistral", [], id="fetches both too"),
        pytest.param("openai", [PLAN], id="fetches images"),
        pytest.param("vllm", [PLAN], id="fetches images too"),
        pytest.param("gemini", [PICTURE, PLAN], id="fetches nothing"),
        pytest.param("deepseek", [PLAN], id="sees no images"),
    ],
)
def test_what_the_backend_does_not_fetch_is_to_be_fetched(dialect, expected):
    messages = [user(by_url("image", PICTURE), by_url("document", PLAN), by_url("image", PICTURE))]
    assert wanted(urls_to_fetch, *messages, dialect=dialect) == expected


def test_results_are_looked_into():
    inner = {"type": "document", "source": {"type": "content", "content": [by_url("image", PICTURE)]}}
    messages = [user("a"), assistant(call()), user(result([by_url("document", PLAN), inner]))]
    assert wanted(urls_to_fetch, *messages, dialect="gemini") == [PLAN, PICTURE]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/a.png", "data:image/png;base64,AAAA", ""])
def test_other_addresses_are_not_fetched(url):  # protocol C56
    assert wanted(urls_to_fetch, user(by_url("image", url)), dialect="gemini") == []


def test_requests_without_attachments_want_nothing():
    messages = [user("a", image()), assistant(call()), user(result("url document /pdf"))]
    assert wanted(urls_to_fetch, *messages) == []
    assert wanted(documents_to_extract, *messages) == []


def test_documents_that_the_backend_cannot_read_are_to_be_read():  # protocol C58
    messages = [user(pdf()), assistant(call()), user(result([pdf(title="Again")]))]
    (document,) = wanted(documents_to_extract, *messages)
    assert (document.digest, document.data) == (DIGEST, b"%PDF-1.4\n")
    assert wanted(documents_to_extract, *messages, dialect="openai") == []


def test_fetched_documents_are_to_be_read_too():
    fetched = {PLAN: ("application/pdf", PDF), PICTURE: ("image/png", PNG)}
    messages = [user(by_url("document", PLAN), by_url("document", PICTURE), by_url("document", "https://example.com/"))]
    assert [each.digest for each in wanted(documents_to_extract, *messages, fetched=fetched)] == [DIGEST]
    assert wanted(documents_to_extract, *messages) == []


def test_a_document_that_is_no_base64_has_nothing_in_it():
    block = pdf()
    block["source"]["data"] = "A"
    (document,) = wanted(documents_to_extract, user(block))
    assert document.data == b""


def test_the_digest_does_not_depend_on_line_breaks():
    block = pdf()
    block["source"]["data"] = f"data:application/pdf;base64,{PDF[:4]}\r\n{PDF[4:]}"
    assert [each.digest for each in wanted(documents_to_extract, user(block))] == [DIGEST]


READ = {"documents": {DIGEST: "All of it."}}


def test_the_text_of_a_document_stands_for_it():  # protocol C58
    sent = ask([user(pdf(title='A "plan"'), pdf())], "ollama", outside=READ)
    assert sent.last["content"] == (
        '<document index="1" title="A &quot;plan&quot;">\nAll of it.\n</document>\n\n'
        '<document index="2">\nAll of it.\n</document>'
    )
    assert sent.notices == {}


def test_the_text_of_a_document_stands_in_a_result():  # protocol D78
    messages = [user("a"), assistant(call()), user(result([pdf()]))]
    assert ask(messages, "ollama", outside=READ).last["content"] == '<document index="1">\nAll of it.\n</document>'


def test_a_document_that_nobody_read_has_a_placeholder():
    sent = ask([user(pdf())], "ollama", outside={"documents": {"other": "x"}})
    assert sent.last["content"] == "[document: PDF content is not available to this model]"


def test_backends_that_take_documents_get_the_document():
    assert ask([user(pdf())], "openai", outside=READ).last["content"][0]["type"] == "file"


def test_a_fetched_image_is_sent_inline():
    sent = ask([user(by_url("image", PICTURE))], "gemini", outside={"fetched": {PICTURE: ("image/png", PNG)}})
    assert sent.last["content"] == [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]


def test_a_fetched_document_is_sent_inline():
    outside = {"fetched": {PLAN: ("application/pdf", PDF)}}
    file = {"filename": "document-1.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}
    assert ask([user(by_url("document", PLAN))], "openai", outside=outside).last["content"] == [
        {"type": "file", "file": file}
    ]


def test_a_fetched_document_may_have_been_read():
    outside = READ | {"fetched": {PLAN: ("application/pdf", PDF)}}
    assert "All of it." in ask([user(by_url("document", PLAN))], "ollama", outside=outside).last["content"]


@pytest.mark.parametrize(("kind", "url"), [("image", PICTURE), ("document", PLAN)])
def test_what_is_something_else_is_not_taken_for_it(kind, url):
    page = {"fetched": {url: ("text/html", base64.b64encode(b"<html>").decode())}}
    assert url in ask([user(by_url(kind, url))], "gemini", outside=page).last["content"]
