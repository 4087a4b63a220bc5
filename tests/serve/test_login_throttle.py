"""Guessing passwords: the address waits, the account does not."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from proxysite.login_throttle import MOST_FAILURES

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
PASSWORD = "the right password"


@pytest.fixture(autouse=True)
def mate():
    cache.clear()
    yield get_user_model().objects.create_superuser("mate", password=PASSWORD)
    cache.clear()


def is_let_in(client, password=PASSWORD, address="10.0.0.1"):
    return client.post(LOGIN, {"username": "mate", "password": password}, REMOTE_ADDR=address).status_code == 302


def test_the_right_password_is_let_in(client):
    assert is_let_in(client)


def test_after_many_failures_even_the_right_password_waits(client):
    assert not any(is_let_in(client, "wrong") for _ in range(MOST_FAILURES))
    assert not is_let_in(client)


def test_another_address_does_not_wait(client):
    for _ in range(MOST_FAILURES):
        is_let_in(client, "wrong")
    assert is_let_in(client, address="10.0.0.2")
