import sqlite3

import pytest

from accounting.entries import encode
from accounting.journal import Journal
from tests.accounting.samples import begun, closing, ended, opening

OLDER = "INSERT INTO request (id, change, opening, output_tokens) VALUES (?, 1, ?, 7)"


def test_it_gives_back_what_was_opened(journal):
    first, second = opening(client_name="Ann", estimated_input_tokens=9), opening(routed_model="gpt-5.4", stream=True)
    begun(journal, first)
    begun(journal, second, 8)
    entries = journal.in_flight()
    assert [(entry.opening, entry.output_tokens) for entry in entries] == [(first, 0), (second, 8)]
    assert journal.in_flight(entries[0].change) == entries[1:]


def test_it_gives_back_how_it_was_closed(journal):
    request, end = opening(), closing(stop_reason="end_turn", time_to_first_token=0.25)
    journal.write([ended(request, end)])
    (entry,) = journal.changed_after(0, 10)
    assert (entry.opening, entry.closing) == (request, end)


def test_it_gives_the_oldest_changes_first(journal):
    requests = [opening() for _ in range(4)]
    for request in requests:
        journal.write([ended(request, closing())])
    entries = journal.changed_after(0, 3)
    assert [entry.opening for entry in entries] == requests[:3]
    assert [entry.opening for entry in journal.changed_after(entries[-1].change, 3)] == requests[3:]


def test_what_was_written_already_stays_as_it_is(journal):
    request, end = opening(), closing()
    journal.write([ended(request, end)])
    journal.write([ended(request, closing(state="failed")), ended(opening(), end)])
    assert [entry.closing for entry in journal.changed_after(0, 10)] == [end, end]


def test_it_gives_what_an_older_version_left_open(journal):
    request = opening()
    journal._writing.execute(OLDER, (request.request_id.bytes, encode(request).decode()))
    (entry,) = journal.changed_after(0, 10)
    assert (entry.opening, entry.output_tokens, entry.closing) == (request, 7, None)


def test_it_forgets_what_is_safe_elsewhere(journal):
    request = opening()
    journal.write([ended(request, closing())])
    journal.write([], [request.request_id.bytes])
    assert journal.changed_after(0, 10) == []


def test_it_writes_all_or_nothing(journal):
    with pytest.raises(sqlite3.Error):
        journal.write([ended(opening(), closing())], [object()])
    assert (journal.change, journal.changed_after(0, 10)) == (0, [])
    journal.write([ended(opening(), closing())])
    assert journal.change == 1


@pytest.mark.parametrize(
    ("closed", "forgotten", "forced"),
    [
        pytest.param([], [b"1"], False, id="what is safe elsewhere"),
        pytest.param([ended(opening(), closing())], [b"1"], True, id="a closing"),
    ],
)
def test_it_forces_closings_to_the_disk(journal, closed, forgotten, forced):
    journal.write(closed, forgotten)
    (mode,) = journal._writing.execute("PRAGMA synchronous").fetchone()
    assert (mode == 2) is forced  # 2: FULL


def test_it_has_a_name_of_its_own(directory):
    first, second = Journal.create(directory), Journal.create(directory)
    assert first.name != second.name
    first.remove()
    second.remove()


def test_it_leaves_nothing_when_it_is_removed(directory):
    journal = Journal.create(directory)
    journal.write([ended(opening(), closing())])
    begun(journal, opening())
    journal.remove()
    assert list(directory.iterdir()) == []


def test_it_is_for_its_owner_alone(journal):
    assert journal.directory.stat().st_mode & 0o777 == 0o700


def test_it_refuses_to_begin_where_nothing_can_be_written(tmp_path):
    (tmp_path / "journal").touch()
    with pytest.raises(OSError, match="exists"):
        Journal.create(tmp_path / "journal")
