"""Long answers, answers cut by their limit, and answers whose bytes are cut anywhere."""

import json

import pytest

from tests.support.answers import text, tool_call
from tests.support.scripted_backend import DONE, Reply

pytestmark = pytest.mark.full

WORDS = "Grüße aus Graz 🎉👩‍👩‍👧‍👦,"


def test_it_shows_a_long_answer_whole(claude, backend):
    answer = "".join(f"Line {number}: {WORDS}\n" for number in range(3000))[:-1]
    backend.script(text(answer))
    assert claude.run("Write a lot").text == answer


def test_it_writes_a_long_file(claude, backend):
    # protocol H184
    content = "".join(f"Line {number}: {WORDS}\n" for number in range(2000))
    file = claude.project / "long.txt"
    backend.script(tool_call("Write", {"file_path": str(file), "content": content}), text("Written."))
    assert claude.run("Write a long file").text == "Written."
    assert file.read_text() == content


def test_it_goes_on_after_an_answer_that_was_cut(claude, backend):
    # protocol F131
    backend.script(text("One, two,", finish_reason="length"), text(" three."))
    assert claude.run("Count to three").text.endswith("three.")
    *_, cut, instruction = backend.requests[1].json["messages"]
    assert (cut["role"], cut["content"]) == ("assistant", "One, two,")
    assert instruction["role"] == "user"


@pytest.mark.parametrize("size", [1, 3, 7])
def test_it_reads_an_answer_whose_bytes_are_cut_anywhere(claude, backend, size):
    # protocol I207
    answer = f"{WORDS} " * 3 + WORDS

    def reply(request):
        frames = [
            f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode() for chunk in text(answer).chunks(request)
        ]
        data = b"".join(frames) + DONE
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        return Reply(200, {"content-type": "text/event-stream"}, pieces)

    backend.script_with(reply)
    assert claude.run("Greet").text == answer
