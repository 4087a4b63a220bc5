"""The first admin and the first client key: made where there is none."""

import pytest
from django.contrib.auth import authenticate, get_user_model

from proxysite.serving.first_start import issue_first_key, make_admin
from routing import keys
from routing.models import Client, ClientKey

pytestmark = pytest.mark.django_db


def test_it_makes_an_admin_who_can_log_in():
    password = make_admin()
    user = authenticate(username="admin", password=password)
    assert user.is_superuser


def test_it_takes_the_password_that_is_configured(monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "chosen by somebody")
    assert make_admin() == "chosen by somebody"


def test_it_makes_no_second_admin():
    make_admin()
    assert make_admin() is None
    assert get_user_model().objects.count() == 1


def test_it_leaves_another_superuser_alone():
    get_user_model().objects.create_superuser("somebody")
    assert make_admin() is None


def test_it_makes_no_admin_of_a_user_with_that_name():
    get_user_model().objects.create_user("admin")
    assert make_admin() is None
    assert not get_user_model().objects.get().is_superuser


def test_it_issues_a_key_that_is_known():
    text = issue_first_key()
    assert ClientKey.objects.get().digest == keys.digest(text).hex()


def test_it_issues_none_where_one_can_be_used():
    issue_first_key()
    assert issue_first_key() is None


def test_it_issues_another_when_the_last_one_was_revoked():
    issue_first_key()
    keys.revoke(ClientKey.objects.get())
    assert issue_first_key() is not None
    assert Client.objects.count() == 1


def test_it_issues_none_for_a_client_that_was_switched_off():
    issue_first_key()
    client = Client.objects.get()
    client.is_active = False
    client.save()
    assert issue_first_key() is None
