"""Notifications in the admin: made, tried, and looked at."""

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.utils import timezone

from accounting.models import Delivery, Notification
from routing import credentials
from tests.accounting.notifications.conftest import notification, window
from tests.routing import factories

pytestmark = pytest.mark.django_db

LIST = "/admin/accounting/notification/"
LOG = "/admin/accounting/delivery/"
FORM = {"name": "Slack", "is_enabled": "on", "team": "", "budget_stop": "on", "url": "https://hooks.test/x?y=z"}


def made(admin_client, **fields):
    return admin_client.post(f"{LIST}add/", {**FORM, "secret": "", "emails": "", **fields})


def test_a_notification_is_made_with_its_secret(admin_client):
    assert made(admin_client, secret="hush-hush-hush-hush").status_code == 302
    row = Notification.objects.get()
    assert credentials.opened(row.sealed) == "hush-hush-hush-hush"
    assert "hush-hush" not in admin_client.get(f"{LIST}{row.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": ""}, "Give a webhook, e-mail addresses, or both."),
        ({"url": "hooks.test"}, "Write http:// or https://"),
        ({"url": "http://169.254.169.254/"}, "link-local"),
        ({"emails": "ada@example.com"}, "E-mail is off: EMAIL_HOST is not set."),
        ({"secret": "env:SECRET_KEY"}, "SECRET_KEY is a secret of this gateway itself."),
        ({"secret": "env:EMAIL_HOST_PASSWORD"}, "EMAIL_HOST_PASSWORD is a secret of this gateway itself."),
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(admin_client, fields, words):
    response = made(admin_client, **fields)
    assert words in response.content.decode()
    assert not Notification.objects.exists()


def test_a_wrong_address_is_named(admin_client, settings):
    settings.MAIL_SERVER = "mail.test"
    response = made(admin_client, emails="ada@example.com\nbob")
    assert "bob is no e-mail address." in response.content.decode()


@pytest.mark.parametrize(("status", "words"), [(200, "the webhook took it"), (404, "the answer is 404")])
def test_a_message_to_try_it_says_how_it_went(admin_client, receiver, status, words):
    receiver.status = status
    row = notification(url=receiver.url)
    page = admin_client.post(LIST, {"action": "send_test", "_selected_action": [row.pk]}, follow=True)
    assert words in page.content.decode()
    assert receiver.received[0].json["type"] == "test"


def test_lists_show_no_secret_of_the_address(admin_client, receiver):
    row = notification(url=receiver.url)
    admin_client.post(LIST, {"action": "send_test", "_selected_action": [row.pk]})
    for address in (LIST, LOG):
        page = admin_client.get(address).content.decode()
        assert "127.0.0.1" in page or address == LOG
        assert "hush" not in page


def test_the_log_tells_what_became_of_each_message(admin_client):
    told = notification()
    now = timezone.now()
    for number, fields in enumerate(
        (
            {"delivered_at": now, "next_attempt_at": None},
            {"error": "no connection", "attempts": 1},
            {"error": "the answer is 404", "next_attempt_at": None, "attempts": 7},
        )
    ):
        Delivery.objects.create(notification=told, event=str(number), type="test", subject="test", text="x", **fields)
    page = admin_client.get(LOG).content.decode()
    assert all(words in page for words in ("arrived", "tried again", "given up", "the answer is 404"))


def test_a_message_can_be_sent_again(admin_client):
    told = notification()
    row = Delivery.objects.create(
        notification=told, event="e", type="test", subject="test", text="x", attempts=7, next_attempt_at=None
    )
    admin_client.post(LOG, {"action": "send_again", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert (row.attempts, row.next_attempt_at is not None) == (0, True)


def test_managers_see_what_is_about_their_teams(client):
    manager = User.objects.create_user("eve", is_staff=True)
    manager.user_permissions.set(Permission.objects.filter(content_type__app_label="accounting"))
    red = factories.team("red")
    red.managers.add(manager)
    for name, team in (("ours", red), ("theirs", factories.team("blue")), ("general", None)):
        row = notification(name=name, team=team)
        Delivery.objects.create(notification=row, event="e", type="test", subject="t", text=f"to {name}")
    window()
    client.force_login(manager)
    for address in (LIST, LOG):
        page = client.get(address).content.decode()
        assert "ours" in page
        assert "theirs" not in page
        assert "general" not in page


def test_its_secret_is_rotated_with_the_credentials(settings):
    row = notification()
    row.put("hush-hush-hush-hush")
    row.save()
    new = Fernet.generate_key()
    settings.CREDENTIALS_KEYS = [new, *settings.CREDENTIALS_KEYS]
    call_command("rotate_credentials")
    settings.CREDENTIALS_KEYS = [new]
    row.refresh_from_db()
    assert credentials.opened(row.sealed) == "hush-hush-hush-hush"
