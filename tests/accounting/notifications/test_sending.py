"""Messages on their way: what receivers get, and what happens when they do not."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounting.models import Delivery
from accounting.notifications import channels
from accounting.notifications.collecting import collect
from accounting.notifications.sending import PAUSES, send_due
from routing import webhooks
from tests.accounting.notifications.conftest import failing, notification, window

pytestmark = pytest.mark.django_db


def send():
    now = timezone.now()
    collect(now)
    send_due(now + timedelta(seconds=1))
    return Delivery.objects.first()


def test_a_webhook_gets_a_text_for_people_and_fields_for_programs(receiver):
    notification(url=receiver.url)
    window()
    assert send().delivered_at is not None
    (got,) = receiver.received
    assert got.path == "/hooks/T0?token=hush"
    assert got.json["type"] == "budget.warning"
    assert got.json["text"] == got.json["content"] == Delivery.objects.get().text
    assert (got.json["data"]["budget"], got.json["data"]["spent"]) == ("June", "$8.00")
    assert "webhook-signature" not in got.headers


@pytest.mark.parametrize(
    ("secret", "key"),
    [("a-shared-secret", b"a-shared-secret"), (f"whsec_{base64.b64encode(b'x' * 24).decode()}", b"x" * 24)],
    ids=["any text", "as the specification has it"],
)
def test_a_webhook_is_signed_with_its_secret(receiver, secret, key):
    told = notification(url=receiver.url)
    told.put(secret)
    told.save()
    window()
    send()
    (got,) = receiver.received
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    right = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert got.headers["webhook-signature"] == f"v1,{right}"


def test_a_secret_whose_variable_is_missing_sends_nothing_unsigned(receiver):
    told = notification(url=receiver.url)
    told.put("env:NOT_THERE")
    told.save()
    window()
    assert send().error == "env:NOT_THERE is not set"
    assert receiver.received == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_tried_again_later(receiver, status):
    receiver.status = status
    receiver.headers = {"location": receiver.url}
    notification(url=receiver.url)
    window()
    row = send()
    assert (row.delivered_at, row.attempts, row.error) == (None, 1, f"the answer is {status}")
    assert timezone.now() < row.next_attempt_at <= timezone.now() + PAUSES[0]
    receiver.status = 204
    send_due(row.next_attempt_at)
    row.refresh_from_db()
    assert (row.delivered_at is not None, row.error, len(receiver.received)) == (True, "", 2)
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1


def test_after_some_attempts_it_is_given_up(caplog):
    notification()
    window()
    row = send()
    while row.next_attempt_at is not None:
        send_due(row.next_attempt_at)
        row.refresh_from_db()
    assert (row.attempts, row.delivered_at) == (len(PAUSES) + 1, None)
    assert "is given up: no connection" in caplog.text


def test_two_processes_send_a_message_once(receiver, monkeypatch):
    notification(url=receiver.url)
    window()
    collect(timezone.now())
    deliver = channels.deliver

    def interrupted(delivery):
        send_due(timezone.now() + timedelta(seconds=1))  # the other process, at the same moment
        deliver(delivery)

    monkeypatch.setattr("accounting.notifications.sending.deliver", interrupted)
    send_due(timezone.now() + timedelta(seconds=1))
    assert len(receiver.received) == 1


def test_what_fails_here_holds_up_no_other_message_and_is_given_up(receiver, monkeypatch):
    told = notification()
    other = notification(name="other", url=receiver.url)
    window()
    collect(timezone.now())
    post = webhooks.post

    def broken(url, body, headers):
        if url == told.url:
            raise RuntimeError
        post(url, body, headers)

    monkeypatch.setattr("routing.webhooks.post", broken)
    row = told.deliveries.get()
    while row.next_attempt_at is not None:
        send_due(row.next_attempt_at)
        row.refresh_from_db()
    assert (row.attempts, row.error) == (len(PAUSES) + 1, "it failed here (RuntimeError)")
    assert other.deliveries.get().delivered_at is not None


def test_names_of_clients_and_backends_call_nobody(receiver):
    notification(url=receiver.url)
    failing("<!channel> @here", reason="a & <https://evil.test|log in>")
    send()
    (got,) = receiver.received
    assert not {"<", ">", "@h"} & {*got.json["text"], *(got.json["text"][i : i + 2] for i in range(200))}
    assert "&amp; &lt;https" in got.json["text"]
    assert got.json["allowed_mentions"] == {"parse": []}
    assert got.json["data"]["model"] == "<!channel> @here"


def test_addresses_of_metadata_services_are_not_asked():
    notification(url="http://169.254.169.254/latest")
    window()
    assert send().error == "its address is nobody's (link-local, multicast or unspecified)"


def test_a_mail_goes_to_all_addresses(settings):
    settings.MAIL_SERVER = "mail.test"
    settings.DEFAULT_FROM_EMAIL = "proxy@example.com"
    notification(url="", emails="ada@example.com, bob@example.com")
    window()
    assert send().delivered_at is not None
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email) == (["ada@example.com", "bob@example.com"], "proxy@example.com")
    assert sent.subject.startswith("[Claude Code Proxy] The budget “June” (everyone) is 80 % spent")
    assert sent.body == Delivery.objects.get().text + "\n"


def test_without_a_mail_server_nothing_is_mailed():
    notification(url="", emails="ada@example.com")
    window()
    assert send().error == "EMAIL_HOST is not set"
