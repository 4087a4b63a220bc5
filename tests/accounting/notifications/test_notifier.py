"""Of all processes one at a time tells people, and what it finds it sends at once."""

import pytest

from accounting.models import Delivery, Turn
from accounting.notifications.notifier import notify
from tests.accounting.notifications.conftest import notification, window

pytestmark = pytest.mark.django_db


def test_what_is_found_is_sent_in_the_same_turn(receiver):
    notification(url=receiver.url)
    window()
    notify()
    assert [got.json["type"] for got in receiver.received] == ["budget.warning"]


def test_who_has_no_turn_does_nothing(receiver):
    notification(url=receiver.url)
    notify()
    window()
    notify()  # as another process would, a moment later
    assert not Delivery.objects.exists()


def test_without_notifications_nobody_takes_a_turn():
    notification(is_enabled=False)
    notify()
    assert not Turn.objects.exists()
