"""How captures are written and removed: beside the requests, and no more than there is room for."""

import asyncio
import logging
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from proxysite.delivery import Delivery
from proxysite.inspector import retention, writer
from proxysite.inspector.cleaning import BODY_LIMIT
from proxysite.inspector.models import Capture
from proxysite.inspector.recording import opened
from proxysite.inspector.tap import MOST_PIECES, Heard, Tap, capture
from proxysite.probe import request_as
from routing import credentials
from routing.table import KeyEntry

KEY = KeyEntry(1, "", b"", None, client_id=5, client_name="alice", team_id=None, team_name="")


def tap(body=b'{"model": "claude-opus", "system": "words of a prompt"}'):
    return Tap(request_as(KEY, body=body))


def kept(age=timedelta()):
    row = Capture(request_id=uuid4(), started_at=timezone.now() - age, kind="message", sealed="x")
    Capture.objects.bulk_create([row])
    return row


def test_a_capture_is_written_sealed_and_can_be_opened(db):
    heard = tap()
    writer.write(heard)
    row = Capture.objects.get(pk=heard.request_id)
    assert (row.client_name, row.client_id, row.requested_model) == ("alice", 5, "claude-opus")
    assert "words of a prompt" not in row.sealed
    assert "words of a prompt" in opened(row.sealed).request.text


def test_it_cannot_be_opened_under_another_secret(db, settings):
    heard = tap()
    writer.write(heard)
    settings.CREDENTIALS_KEYS = [credentials.Fernet.generate_key()]
    with pytest.raises(credentials.Unreadable):
        opened(Capture.objects.get().sealed)


def test_a_request_that_cannot_be_read_is_kept_without_a_model(db):
    writer.write(tap(b"\xff no JSON"))
    assert Capture.objects.get().requested_model == ""


def test_a_failure_to_write_is_logged_without_what_was_captured(monkeypatch, caplog):
    def fail(_):
        raise DatabaseError("words of a prompt")

    monkeypatch.setattr(writer, "write", fail)
    monkeypatch.setattr(writer.db, "connection", SimpleNamespace(close=lambda: None))
    with caplog.at_level(logging.WARNING):
        writer.attempt_to_write(tap())
    assert "captured request is lost" in caplog.text
    assert "words of a prompt" not in caplog.text


def test_what_would_be_too_much_to_keep_waiting_is_dropped(monkeypatch, caplog):
    monkeypatch.setattr(writer, "MOST_WAITING", 10)
    own = writer.CaptureWriter()
    own.put(tap())
    assert "dropped" in caplog.text
    assert own._thread is None


def test_a_long_reply_is_heard_up_to_the_limit():
    heard = Heard(0.0)
    for _ in range(MOST_PIECES + 1):
        heard.hear(b"x" * 1000)
    assert (len(heard.data), heard.size, len(heard.pieces)) == (BODY_LIMIT, 1000 * (MOST_PIECES + 1), MOST_PIECES)


def test_nothing_is_heard_when_its_time_is_over():
    request = request_as(KEY)

    async def send(_): ...

    async def begin():
        delivery = Delivery(send, "req_1")
        capture(request, delivery, 1.0)
        return delivery

    assert asyncio.run(begin())._send is send
    assert request.tap is None


def test_an_errand_of_a_captured_request_is_heard_for_itself():
    request = request_as(KEY)
    request.tap = tap()
    assert request.errand(b"{}", "judge").tap is None


def test_old_ones_go(db, settings):
    settings.CAPTURE_RETENTION_HOURS = 2
    old, new = kept(timedelta(hours=3)), kept(timedelta(hours=1))
    assert retention.prune() == 1
    assert list(Capture.objects.values_list("pk", flat=True)) == [new.pk] != [old.pk]


def test_the_oldest_of_too_many_go(db, monkeypatch):
    monkeypatch.setattr(retention, "MOST_ROWS", 2)
    rows = [kept(timedelta(minutes=minutes)) for minutes in range(4)]
    assert retention.prune() == 2
    assert set(Capture.objects.values_list("pk", flat=True)) == {rows[0].pk, rows[1].pk}


def test_the_command_says_how_many_went(db, capsys):
    kept(timedelta(hours=5))
    kept()
    call_command("prune_captures", hours=1)
    assert capsys.readouterr().out == "1 captured requests removed\n"
