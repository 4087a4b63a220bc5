import pytest

from tests.conversion.request.ask import ask, assistant, call, result, text, user


@pytest.mark.parametrize(
    ("block", "told"),
    [
        pytest.param({"type": "poem", "text": "Roses"}, "Roses", id="its text"),  # protocol C63
        pytest.param({"type": "poem", "content": "Roses"}, "Roses", id="its content"),
        pytest.param({"type": "poem", "content": [text("Roses")]}, "Roses", id="its inner blocks"),
        pytest.param(
            {"type": "poem", "lines": 4}, '[poem block] {"type":"poem","lines":4}', id="an excerpt"
        ),  # protocol C63
        pytest.param({"type": "poem", "text": {"a": 1}}, '[poem block] {"type":"poem","text":{"a":1}}', id="odd text"),
        pytest.param({"type": "poem", "id": 7, "text": "Roses"}, "Roses", id="fields of other types than ours"),
    ],
)
def test_blocks_of_unknown_types_become_text(block, told):
    assert ask([user(block)]).last["content"] == told


def test_unknown_blocks_are_noticed_with_their_place():
    sent = ask([user("a"), assistant("b"), user("c", {"type": "poem"})])
    assert sent.notices["unknown_block"] == "messages.2.content.1: a block of type 'poem' was sent as text"


def test_the_excerpt_of_an_unknown_block_is_bounded():
    assert len(ask([user({"type": "poem", "lines": "x" * 9000})]).last["content"]) < 2100


def test_unknown_blocks_within_results_become_text():
    sent = ask([user("a"), assistant(call()), user(result([{"type": "poem", "text": "Roses"}]))])
    assert sent.last["content"] == "Roses"


def test_unknown_blocks_within_documents_become_text():
    source = {"type": "content", "content": [{"type": "poem", "text": "Roses"}]}
    assert "Roses" in ask([user({"type": "document", "source": source})], "generic").last["content"]


def test_null_means_absent():
    sent = ask(
        [user("a"), assistant({"type": "thinking", "thinking": "t", "signature": None}, text("b", citations=None))]
    )
    assert sent.messages[1] == {"role": "assistant", "content": "b"}
