import threading

import pytest
from django.db import OperationalError

from accounting import copier as copier_module
from accounting.copier import Copier
from accounting.models import ProcessJournal, UsageRecord
from accounting.slots import TOKENS
from tests.accounting.samples import begun, closing, ended, opening

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def copier(journal):
    """A copier whose work the test does itself, in its own thread and transaction."""
    return Copier(journal, threading.Event(), lambda keys: journal.write([], keys))


def close_request(journal, request, slot):
    journal.write([ended(request, closing())])
    journal.slots.give_back(slot)


def states():
    return sorted(UsageRecord.objects.values_list("state", flat=True))


def test_running_requests_are_in_the_table(journal, copier):
    begun(journal, opening())
    begun(journal, opening())
    copier.work()
    assert states() == ["open", "open"]
    assert (len(journal.in_flight()), copier.backlog) == (2, 0)


def test_closed_requests_leave_the_journal(journal, copier):
    request = opening()
    slot = begun(journal, request)
    begun(journal, opening())
    close_request(journal, request, slot)
    copier.work()
    assert (states(), copier.backlog) == (["closed", "open"], 0)
    assert journal.changed_after(0, 10) == []


def test_what_was_shown_as_running_is_closed_in_the_end(journal, copier):
    request = opening()
    slot = begun(journal, request)
    copier.work()
    close_request(journal, request, slot)
    copier.work()
    assert states() == ["closed"]


def test_a_request_that_has_just_ended_is_not_open_again(journal, copier):
    request = opening()
    begun(journal, request)
    journal.write([ended(request, closing())])
    copier.work()
    copier._next_look = 0.0
    copier.work()
    assert states() == ["closed"]


def test_it_copies_all_of_a_long_queue(journal, copier, monkeypatch):
    monkeypatch.setattr(copier_module, "BATCH", 3)
    journal.write([ended(opening(), closing()) for _ in range(8)])
    while copier.backlog:
        copier.work()
    assert states() == ["closed"] * 8


def test_it_loses_nothing_while_the_database_is_away(journal, copier, monkeypatch):
    request = opening()
    slot = begun(journal, request)
    with monkeypatch.context() as away:
        away.setattr(copier_module, "store", refuse)
        assert not copier._attempt(copier.work)
        close_request(journal, request, slot)
        begun(journal, opening())
        assert not copier._attempt(copier.work)
        assert (copier.backlog, len(journal.changed_after(0, 10))) == (3, 1)
    assert copier._attempt(copier.work)
    assert (states(), copier.backlog) == (["closed", "open"], 0)


def test_it_says_once_that_the_database_is_away(journal, copier, monkeypatch, caplog):
    begun(journal, opening())
    with monkeypatch.context() as away:
        away.setattr(copier_module, "store", refuse)
        for _ in range(5):
            copier._attempt(copier.work)
    copier._attempt(copier.work)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_it_waits_longer_the_longer_the_database_is_away(journal, copier, monkeypatch):
    begun(journal, opening())
    monkeypatch.setattr(copier_module, "store", refuse)
    pauses = []
    for _ in range(8):
        copier._attempt(copier.work)
        pauses.append(copier._pause)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.5, 5.0)


def test_a_closed_request_stays_in_the_journal_until_the_table_has_it(journal, copier, monkeypatch):
    journal.write([ended(opening(), closing())])
    monkeypatch.setattr(copier_module, "store", refuse)
    copier._attempt(copier.work)
    assert len(journal.changed_after(0, 10)) == 1


def test_it_knows_since_when_the_table_is_behind(journal, copier, monkeypatch):
    begun(journal, opening(started_at=1000.0))
    begun(journal, opening(started_at=2000.0))
    with monkeypatch.context() as away:
        away.setattr(copier_module, "store", refuse)
        copier._attempt(copier.work)
    assert copier.oldest_at == 1000.0
    copier._attempt(copier.work)
    assert copier.oldest_at is None


def test_it_tells_that_its_journal_lives(journal, copier):
    copier.work()
    assert [row.name for row in ProcessJournal.objects.all()] == [journal.name]


def test_it_brings_the_figures_of_long_requests_up_to_date(journal, copier):
    slot = begun(journal, opening())
    copier.work()
    slot.figures[TOKENS] = 70
    copier._next_look = 0.0
    copier.work()
    assert UsageRecord.objects.get().output_tokens == 70


def refuse(entries, journal):
    raise OperationalError("the database is away")
