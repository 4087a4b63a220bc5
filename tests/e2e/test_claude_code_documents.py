"""PDF documents that the real client reads: a file where the backend takes one, never base64 in a text."""

import base64

import pytest

from tests.support.answers import text, tool_call
from tests.support.gateway import Gateway
from tests.support.rows import backend_rows, load

pytestmark = pytest.mark.full

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F 12 Tf 20 50 Td (Forty-two mice) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R/Size 6>>
%%EOF
"""
BASE64 = base64.b64encode(PDF).decode()


@pytest.fixture(scope="module")
def gateway(backend_process, tmp_path_factory):
    """A service with a backend that takes files."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), OPENAI_BASE_URL=backend_process.base_url)
    load(gateway, *backend_rows("files", backend_process.base_url, "gpt-4.1", dialect="openai"))
    with gateway:
        yield gateway


@pytest.fixture
def document(claude):
    path = claude.project / "paper.pdf"
    path.write_bytes(PDF)
    return str(path)


def test_a_backend_that_takes_files_gets_the_document(claude, backend, document):
    # protocol C58, D78
    backend.script(tool_call("Read", {"file_path": document}), text("It is about mice."))
    assert claude.run("What is it about?", "--model", "files/gpt-4.1").text == "It is about mice."
    result, shown = backend.requests[1].json["messages"][-2:]
    assert (result["role"], BASE64 in result["content"]) == ("tool", False)
    (file,) = [part["file"] for part in shown["content"] if part["type"] == "file"]
    assert file["file_data"] == f"data:application/pdf;base64,{BASE64}"


def test_another_backend_is_told_of_it_in_words(claude, backend, document):
    # protocol C58, D78
    backend.script(tool_call("Read", {"file_path": document}), text("It is about mice."))
    assert claude.run("What is it about?").text == "It is about mice."
    assert BASE64 not in backend.requests[1].body.decode()
    assert "PDF file read" in backend.requests[1].json["messages"][-1]["content"]
