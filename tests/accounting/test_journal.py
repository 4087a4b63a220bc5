import sqlite3

import pytest

from accounting.entries import encode
from accounting.journal import Changes, Journal
from accounting.slots import TOKENS
from tests.accounting.samples import closing, opening


def opened(*openings):
    return Changes(openings=[(opening.request_id.bytes, encode(opening)) for opening in openings])


def closed(opening, closing):
    return Changes(closings=[(encode(closing), opening.request_id.bytes)])


def test_it_gives_back_what_was_opened(journal):
    first, second = opening(client_name="Ann", estimated_input_tokens=9), opening(routed_model="gpt-5.4", stream=True)
    journal.write(opened(first, second))
    assert [entry.opening for entry in journal.changed_after(0, 10)] == [first, second]
    assert [entry.closing for entry in journal.in_flight()] == [None, None]


def test_it_gives_back_how_it_was_closed(journal):
    request, end = opening(), closing(stop_reason="end_turn", time_to_first_token=0.25)
    journal.write(opened(request))
    journal.write(closed(request, end))
    (entry,) = journal.changed_after(0, 10)
    assert entry.closing == end
    assert journal.in_flight() == []


def test_it_gives_the_oldest_changes_first(journal):
    requests = [opening() for _ in range(4)]
    journal.write(opened(*requests))
    journal.write(closed(requests[1], closing()))
    entries = journal.changed_after(0, 3)
    assert [entry.opening for entry in entries] == [requests[0], requests[2], requests[3]]
    assert [entry.opening for entry in journal.changed_after(entries[-1].change, 3)] == [requests[1]]


def test_it_gives_the_last_progress(journal):
    request = opening()
    journal.write(opened(request))
    slot = journal.slots.take(request.request_id.bytes)
    slot.figures[TOKENS] = 8
    assert [entry.output_tokens for entry in journal.in_flight()] == [8]


def test_it_forgets_what_is_safe_elsewhere(journal):
    request = opening()
    journal.write(opened(request))
    journal.write(Changes(forgotten=[(request.request_id.bytes,)]))
    assert journal.changed_after(0, 10) == []


def test_it_writes_all_or_nothing(journal):
    with pytest.raises(sqlite3.Error):
        journal.write(Changes(openings=opened(opening()).openings, closings=[(object(), b"")]))
    assert (journal.change, journal.changed_after(0, 10)) == (0, [])
    journal.write(opened(opening()))
    assert journal.change == 1


@pytest.mark.parametrize(
    ("changes", "forced"),
    [
        pytest.param(opened(opening()), False, id="an opening"),
        pytest.param(closed(opening(), closing()), True, id="a closing"),
    ],
)
def test_it_forces_closings_to_the_disk(journal, changes, forced):
    journal.write(changes)
    (mode,) = journal._writing.execute("PRAGMA synchronous").fetchone()
    assert (mode == 2) is forced  # 2: FULL


def test_it_has_a_name_of_its_own(directory):
    first, second = Journal.create(directory), Journal.create(directory)
    assert first.name != second.name
    first.remove()
    second.remove()


def test_it_leaves_nothing_when_it_is_removed(directory):
    journal = Journal.create(directory)
    journal.write(opened(opening()))
    journal.remove()
    assert list(directory.iterdir()) == []


def test_it_is_for_its_owner_alone(journal):
    assert journal.directory.stat().st_mode & 0o777 == 0o700


def test_it_refuses_to_begin_where_nothing_can_be_written(tmp_path):
    (tmp_path / "journal").touch()
    with pytest.raises(OSError, match="exists"):
        Journal.create(tmp_path / "journal")
