"""The tokenizer of this process, and what stands in for it."""

import sys

import pytest

from conversion.estimates import CODE, PROSE, estimate_text
from proxysite import tokenizer as module
from proxysite.tokenizer import PIECE, count_text

pytest.importorskip("splintr")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("hello world", 2, id="words"),
        pytest.param("<|endoftext|>", 7, id="what would end a text is text"),
    ],
)
def test_texts_are_counted(text, tokens):
    assert count_text(text, PROSE) == tokens


def test_a_long_text_is_counted_in_pieces():
    line = "def total(items): return sum(item.price for item in items)\n"
    pieces = count_text(line * 2000, CODE)
    assert pieces == pytest.approx(2000 * count_text(line, CODE), rel=0.01)
    assert len(line) * 2000 > 5 * PIECE


def test_without_its_wheel_texts_are_estimated(monkeypatch):
    monkeypatch.setitem(sys.modules, "splintr", None)
    monkeypatch.setattr(module, "tokenizer", module.load)
    assert count_text("word " * 100, CODE) == estimate_text("word " * 100, CODE)
