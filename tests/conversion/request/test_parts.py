import base64

import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import DIALECTS, ask, assistant, image, pdf, text, user

PNG = "iVBORw0KGgoAAAANSUhEUg=="
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(20)).decode()
WEBP = base64.b64encode(b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(10)).decode()


def url_of(sent):
    return sent.last["content"][0]["image_url"]["url"]


def by_url(kind, url):
    return {"type": kind, "source": {"type": "url", "url": url}}


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "deepseek"])
def test_an_image_becomes_a_data_url(dialect):  # protocol C53
    assert ask([user(image())], dialect).last["content"] == [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
    ]


@pytest.mark.parametrize(
    ("block", "head"),
    [
        pytest.param(image(JPEG, "image/png"), "data:image/jpeg;base64,/9j/", id="bytes disagree"),  # protocol C54
        pytest.param(image(JPEG, "image/jpg"), "data:image/jpeg;base64,/9j/", id="misspelt"),  # protocol C54
        pytest.param(image("AAAA", "image/jpg"), "data:image/jpeg;base64,AAAA", id="misspelt, unknown bytes"),
        pytest.param(image(WEBP, "image/png"), "data:image/webp;base64,UklG", id="WebP"),
        pytest.param(image("R0lGODlh", "image/gif"), "data:image/gif;base64,R0lG", id="GIF"),
        pytest.param(image(f"data:image/png;base64,{PNG}"), f"data:image/png;base64,{PNG}", id="data URL"),
        pytest.param(image(f"{PNG[:8]}\r\n{PNG[8:]}\n"), f"data:image/png;base64,{PNG}", id="line breaks"),
        pytest.param(image("no base64!"), "data:image/png;base64,nobase64!", id="no base64"),
    ],
)
def test_the_media_type_is_what_the_bytes_say(block, head):
    assert url_of(ask([user(block)], "generic")).startswith(head)


@pytest.mark.parametrize(
    ("dialect", "model"), [("deepseek", "deepseek-v4-pro"), ("minimax", "MiniMax-M2.7"), ("deepseek", "deepseek-chat")]
)
def test_models_that_read_texts_only_get_a_placeholder(dialect, model):
    assert ask([user("a", image())], dialect, model=model).last["content"] == "a\n\n[image]"


def test_the_address_of_an_image_is_passed_on():  # protocol C55
    assert url_of(ask([user(by_url("image", "https://example.com/a.png"))])) == "https://example.com/a.png"


@pytest.mark.parametrize("dialect", ["gemini", "ollama", "llamacpp", "lmstudio", "moonshot"])
def test_backends_that_fetch_nothing_are_told_the_address(dialect):  # protocol C55
    sent = ask([user(by_url("image", "https://example.com/a.png"))], dialect)
    assert sent.last["content"] == "[image: https://example.com/a.png]"
    assert "image_dropped" in sent.notices


def test_models_that_see_nothing_get_a_placeholder():
    sent = ask([user("a", image(), "b")], "generic", overrides={"images": False})
    assert sent.last["content"] == "a\n\n[image]\n\nb"
    assert sent.notices["image_dropped"].startswith("messages.0.content.1")


def test_images_and_texts_keep_their_order():  # protocol C57
    kinds = [part["type"] for part in ask([user("a", image(), "b")]).last["content"]]
    assert kinds == ["text", "image_url", "text"]


@pytest.mark.parametrize("kind", ["image", "document"])
def test_files_that_nobody_has_are_refused(kind):
    block = {"type": kind, "source": {"type": "file", "file_id": "file_1"}}
    with pytest.raises(InvalidRequest, match=rf"messages\.0\.content\.1\.{kind}\.source\.file_id: file not found"):
        ask([user("a", block)])


def test_sources_of_images_have_known_types():
    with pytest.raises(InvalidRequest, match=r"messages\.0\.content\.0\.source\.type"):
        ask([user({"type": "image", "source": {"type": "ftp"}})])


@pytest.mark.parametrize("dialect", ["openai", "azure", "azure_v1", "openrouter", "gemini"])
def test_a_pdf_becomes_a_file(dialect):  # protocol C58
    file = {"filename": "Plan", "file_data": "data:application/pdf;base64,JVBERi0xLjQK"}
    assert ask([user(pdf(title="Plan", context="Draft"))], dialect).last["content"] == [
        text("Document: Plan\nContext: Draft"),
        {"type": "file", "file": file},
    ]


def test_a_pdf_has_another_form_at_mistral():  # protocol C58
    assert ask([user(pdf(title="Plan"))], "mistral").last["content"] == [
        text("Document: Plan"),
        {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0xLjQK"},
    ]


def test_files_without_a_title_are_numbered_through_the_conversation():
    sent = ask([user(pdf()), assistant("a"), user(pdf())])
    names = [message["content"][0]["file"]["filename"] for message in sent.messages if message["role"] == "user"]
    assert names == ["document-1.pdf", "document-2.pdf"]


@pytest.mark.parametrize("dialect", ["generic", "ollama", "vllm", "deepseek", "groq"])
def test_backends_without_files_get_a_placeholder(dialect):  # protocol C58
    sent = ask([user(pdf(title="Plan"))], dialect)
    assert sent.last["content"] == '[document "Plan": PDF content is not available to this model]'
    assert "document_dropped" in sent.notices


def test_documents_of_other_kinds_get_a_placeholder():
    source = {"type": "base64", "media_type": "application/msword", "data": "AAAA"}
    sent = ask([user({"type": "document", "source": source})])
    assert sent.last["content"].startswith("[document: ")


@pytest.mark.parametrize(
    ("dialect", "content"),
    [
        pytest.param(
            "openrouter",
            [{"type": "file", "file": {"filename": "document-1.pdf", "file_data": "https://example.com/a.pdf"}}],
            id="fetched by the backend",
        ),
        pytest.param(
            "mistral", [{"type": "document_url", "document_url": "https://example.com/a.pdf"}], id="fetched by Mistral"
        ),
        pytest.param(
            "gemini",
            "[document at https://example.com/a.pdf: PDF content is not available to this model]",
            id="not fetched",
        ),
    ],
)
def test_the_address_of_a_pdf_goes_where_it_is_fetched(dialect, content):
    assert ask([user(by_url("document", "https://example.com/a.pdf"))], dialect).last["content"] == content


def test_a_text_document_keeps_title_and_context():  # protocol C59
    source = {"type": "text", "media_type": "text/plain", "data": "All of it."}
    block = {"type": "document", "source": source, "title": 'A "plan"', "context": "Draft"}
    expected = '<document title="A &quot;plan&quot;" context="Draft">\nAll of it.\n</document>'
    assert ask([user(block)]).last["content"] == expected


def test_a_document_of_blocks_keeps_their_order():  # protocol C60
    block = {"type": "document", "source": {"type": "content", "content": [text("a"), image()]}}
    parts = ask([user(block)]).last["content"]
    assert [part.get("text", part["type"]) for part in parts] == ["<document>", "a", "image_url", "</document>"]


def test_a_document_may_be_one_text():
    block = {"type": "document", "source": {"type": "content", "content": "a"}}
    assert ask([user(block)], "generic").last["content"] == "<document>\n\na\n\n</document>"


def test_a_search_result_is_told_whole():  # protocol C61
    block = {
        "type": "search_result",
        "source": "https://a.example",
        "title": "A & B",
        "content": [text("a"), text("b")],
    }
    expected = '<search_result source="https://a.example" title="A &amp; B">\na\nb\n</search_result>'
    assert ask([user(block)]).last["content"] == expected


def test_an_upload_alone_leaves_a_placeholder():  # protocol C62
    block = {"type": "container_upload", "file_id": "file_1"}
    assert ask([user(block)]).last["content"] == "[file file_1 was uploaded to a container that is not available]"
    assert ask([user(block, "a")]).last["content"] == "a"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param([text(""), text("a"), text(" \n")], "a", id="empty texts"),  # protocol C64
        pytest.param([text("a", citations=[{"cited_text": "secret"}])], "a", id="citations"),  # protocol C66
        pytest.param([{"type": "thinking", "thinking": "t"}, text("a")], "a", id="thinking of a user"),
    ],
)
def test_what_says_nothing_is_left_out(content, expected):
    assert ask([user(*content)]).last["content"] == expected


@pytest.mark.parametrize(("dialect", "several"), [("openai", True), ("openrouter", True), ("generic", False)])
def test_several_texts_are_parts_or_one_text(dialect, several):
    content = ask([user("a", "b")], dialect).last["content"]
    assert content == ([text("a"), text("b")] if several else "a\n\nb")


@pytest.mark.parametrize("role", [user, assistant])
def test_a_summary_is_told_by_the_user(role):  # protocol C67
    sent = ask([role({"type": "compaction", "content": "All so far."}), user("Go on")], "generic")
    summary = "<conversation_summary>\nAll so far.\n</conversation_summary>"
    assert sent.messages == [{"role": "user", "content": f"{summary}\n\nGo on"}]


def test_a_summary_that_failed_is_left_out():
    assert ask([user({"type": "compaction", "content": None}, "a")]).last["content"] == "a"


def test_text_around_a_summary_stays_the_assistants():
    sent = ask([user("a"), assistant("b", {"type": "compaction", "content": "S"}, "c"), user("d")])
    assert [message["role"] for message in sent.messages] == ["user", "assistant", "user", "assistant", "user"]


def test_images_weigh_little_in_the_estimate():
    sent = ask([user(image("A" * 1_000_000))])
    assert 1_500 <= sent.terms.estimated_input_tokens < 2_000
