import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from conversion.request.remembered import LARGEST, MOST, SMALLEST, Remembered
from tests.conversion.request.ask import ask, text

ENDING = b"e" * SMALLEST


class Made:
    """Counts what is made, and of what."""

    def __init__(self):
        self.sources = []
        self.remembered = Remembered(self.make)

    def make(self, source):
        self.sources.append(source)
        return source.decode()


@given(st.lists(st.text("ab\u00e9", max_size=3), min_size=1, max_size=20))
def test_it_gives_what_would_be_made(beginnings):
    remembered = Remembered(bytes.decode)
    for beginning in beginnings:
        part = beginning.encode() + ENDING
        assert remembered.of(Raw(part)) == part.decode()


def test_the_same_bytes_are_made_once():
    made = Made()
    assert made.remembered.of(Raw(b"a" + ENDING)) is made.remembered.of(Raw(b"a" + ENDING))
    assert len(made.sources) == 1


def test_the_newer_of_two_parts_of_one_length_and_end_stays():
    made = Made()
    for beginning in (b"a", b"b", b"b"):
        assert made.remembered.of(Raw(beginning + ENDING))[:1] == beginning.decode()
    assert len(made.sources) == 2


def test_small_and_huge_parts_are_not_kept():
    made = Made()
    for part in (b"a" * (SMALLEST - 1), b"a" * (LARGEST + 1)):
        made.remembered.of(Raw(part))
        made.remembered.of(Raw(part))
    assert len(made.sources) == 4


def test_what_was_not_asked_for_longest_makes_room():
    made = Made()
    parts = [Raw(b"a" * number + ENDING) for number in range(MOST + 1)]
    for part in (*parts[:MOST], parts[0], parts[MOST], parts[0], parts[1]):
        made.remembered.of(part)
    assert made.sources[MOST:] == [bytes(parts[MOST]), bytes(parts[1])]


def test_a_prompt_is_converted_the_same_each_time():
    unknown = {"type": "from_the_future", "text": "x"}
    for blocks in ([text("y" * SMALLEST)], [text("x-anthropic-billing-header: a\n" + "y" * SMALLEST)]):
        first = ask(system=blocks).conversion
        assert ask(system=blocks).conversion == first
    mended = [ask(system=[text("y" * SMALLEST), unknown]).conversion for _ in range(2)]
    assert mended[0] == mended[1]
    assert "y" * SMALLEST in msgspec.json.decode(mended[0].body)["messages"][0]["content"]
