"""What is put into slots is found in their file, as by a process that comes later."""

import errno
import os
import struct

import pytest

from accounting import slots as slots_module
from accounting.slots import HEADER, PIECE, SLOT, TOKENS, Slots


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.slots"


@pytest.fixture
def slots(path):
    return Slots(path)


def left(path):
    return [(slot.content, slot.output_tokens) for slot in Slots(path).in_flight()]


def test_nothing_is_left_where_there_is_no_file(path):
    assert left(path) == []


def test_what_is_taken_is_left(path, slots):
    slots.take(b"first")
    slots.take(b"second").figures[TOKENS] = 7
    assert left(path) == [(b"first", 0), (b"second", 7)]
    assert slots.in_flight() == Slots(path).in_flight()


def test_what_is_given_back_is_not_left(path, slots):
    first, second = slots.take(b"first"), slots.take(b"second")
    slots.give_back(first)
    assert (left(path), len(slots)) == ([(b"second", 0)], 1)
    slots.give_back(second)
    assert (left(path), len(slots)) == ([], 0)


def test_a_slot_is_used_again(path, slots):
    for content in (b"long content", b"short"):
        slot = slots.take(content)
        slot.figures[TOKENS] = 9
        slots.give_back(slot)
    slots.take(b"next")
    assert left(path) == [(b"next", 0)]
    assert path.stat().st_size == PIECE


@pytest.mark.parametrize("length", [0, 1, SLOT - HEADER.size, SLOT, 5 * SLOT + 1, PIECE - HEADER.size])
def test_content_may_have_any_length(path, slots, length):
    contents = [b"before", os.urandom(length), b"behind"]
    for content in contents:
        slots.take(content)
    assert [content for content, _ in left(path)] == contents


def test_there_are_as_many_as_are_needed(path, slots):
    contents = [bytes([number]) * SLOT for number in range(256)] * 8
    taken = [slots.take(content) for content in contents]
    assert [content for content, _ in left(path)] == contents
    for slot in taken[::2]:
        slots.give_back(slot)
    assert [content for content, _ in left(path)] == contents[1::2]


def test_more_than_fits_is_refused(slots):
    with pytest.raises(OSError, match="too large"):
        slots.take(bytes(PIECE))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(HEADER.size, b"?", id="content"),
        pytest.param(struct.calcsize("=QI"), b"?", id="checksum"),
        pytest.param(struct.calcsize("=QII"), bytes(8), id="number"),
    ],
)
def test_what_was_half_written_does_not_count(path, slots, place, value):
    slots.take(b"half")
    slots.take(b"whole")
    with path.open("r+b") as file:
        file.seek(place)
        file.write(value)
    assert left(path) == [(b"whole", 0)]


def test_a_piece_that_did_not_become_whole_does_not_count(path, slots):
    slots.take(b"some")
    with path.open("ab") as file:
        file.write(bytes(10))
    assert left(path) == [(b"some", 0)]
    for _ in range(PIECE // SLOT):
        slots.take(b"others")
    assert path.stat().st_size == 2 * PIECE


def test_a_full_disk_refuses_and_takes_nothing_away(path, slots, monkeypatch):
    kept, pwrite = slots.take(bytes(PIECE - HEADER.size)), os.pwrite
    with monkeypatch.context() as full:
        full.setattr(slots_module.os, "pwrite", lambda file, data, at: pwrite(file, data[:100], at))
        with pytest.raises(OSError) as refused:
            slots.take(b"more")
        assert refused.value.errno == errno.ENOSPC
    slots.take(b"again")
    assert left(path) == [(kept.content, 0), (b"again", 0)]


def test_it_is_for_its_owner_alone(path, slots):
    slots.take(b"some")
    assert path.stat().st_mode & 0o777 == 0o600
