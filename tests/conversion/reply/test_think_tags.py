"""Tags around reasoning, cut anywhere."""

import pytest

from conversion.reply.deltas import Reasoning
from conversion.reply.think_tags import ThinkTags

CASES = [
    pytest.param("<think>x</think>y", ("x", "y"), id="plain"),  # protocol G178
    pytest.param("\n <think>\nx\n</think>\n\ny\n", ("\nx\n", "y\n"), id="line ends around them"),
    pytest.param("<thinking>x</thinking>y", ("x", "y"), id="thinking"),
    pytest.param("<thought>x</thought>y", ("x", "y"), id="thought"),
    pytest.param("[THINK]x[0] < 1[/THINK]y", ("x[0] < 1", "y"), id="mistral's, unparsed"),
    pytest.param("[THIS] is a list", ("", "[THIS] is a list"), id="what looks like that at the start"),
    pytest.param("<think>a < b</ c</think>y", ("a < b</ c", "y"), id="what looks like a tag inside"),
    pytest.param("<thin>x</thin>", ("", "<thin>x</thin>"), id="what looks like a tag at the start"),
    pytest.param("<think>x", ("x", ""), id="never closed"),
    pytest.param("<think>x</thi", ("x</thi", ""), id="closed in part"),
    pytest.param("<think>a</think>b<think>c</think>", ("a", "b<think>c</think>"), id="only the first section"),
    pytest.param("<thi", ("", "<thi"), id="the beginning of a tag"),
    pytest.param("", ("", ""), id="nothing"),
]


@pytest.mark.parametrize(("content", "expected"), CASES)
def test_it_divides_reasoning_from_text_wherever_it_is_cut(content, expected):
    for cut in range(len(content) + 1):
        assert _divided(ThinkTags(), content[:cut], content[cut:]) == expected, cut
    assert _divided(ThinkTags(), *content) == expected


@pytest.mark.parametrize("content", ["x</think>y", "<think>x</think>y", "\n<think>x</think>\ny"])
def test_it_needs_no_opening_tag_where_that_is_implied(content):
    for cut in range(len(content) + 1):
        assert _divided(ThinkTags(implicit=True), content[:cut], content[cut:]) == ("x", "y"), cut


def test_it_holds_no_more_than_it_must():
    tags = ThinkTags()
    assert tags.feed("<think>abc</thx") == [Reasoning("abc</thx")]
    assert tags.feed("</thi") == []


def _divided(tags, *pieces):
    found = [delta for piece in pieces for delta in tags.feed(piece)] + tags.end()
    thoughts = "".join(delta.text for delta in found if isinstance(delta, Reasoning))
    return thoughts, "".join(delta.text for delta in found if not isinstance(delta, Reasoning))
