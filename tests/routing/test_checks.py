"""What the system checks say of settings, variables and stored secrets."""

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError

from routing import checks
from tests.routing import factories


def ids(messages):
    return [message.id for message in messages]


def test_the_settings_of_the_tests_are_fine():
    assert checks.secrets_are_usable() == []


@pytest.mark.parametrize("keys", [[], ["no key"]])
def test_unusable_credentials_keys_are_an_error(settings, keys):
    settings.CREDENTIALS_KEYS = keys
    assert ids(checks.secrets_are_usable()) == ["routing.E001"]


def test_a_short_pepper_is_an_error(settings):
    settings.KEY_PEPPER = b"salt"
    assert ids(checks.secrets_are_usable()) == ["routing.E002"]


def test_a_variable_that_says_nothing_is_a_warning(monkeypatch):
    monkeypatch.setenv("REQUEST_TIMEOUT", "soon")
    (warning,) = checks.environment_is_usable()
    assert warning.id == "routing.W003"
    assert "REQUEST_TIMEOUT" in warning.msg


@pytest.mark.django_db
def test_a_credential_that_cannot_be_opened_is_an_error_that_names_the_backend(settings):
    factories.backend("router", credential="sk-or-v1-0123456789abcdef")
    settings.CREDENTIALS_KEYS = [Fernet.generate_key()]
    (error,) = checks.stored_secrets_are_usable(databases=["default"])
    assert error.id == "routing.E003"
    assert error.msg == "Credential sk-…cdef of backend router cannot be opened."
    assert error.hint


@pytest.mark.django_db
def test_a_reference_to_a_variable_that_is_not_set_is_a_warning():
    factories.backend("router", credential="env:NOT_SET_ANYWHERE", headers={"X-Key": "env:NOT_SET_EITHER", "X-A": "b"})
    messages = checks.stored_secrets_are_usable(databases=["default"])
    assert ids(messages) == ["routing.W001", "routing.W001"]
    assert all("backend router" in message.msg for message in messages)


@pytest.mark.django_db
def test_keys_of_another_pepper_are_a_warning(settings):
    factories.key()
    assert checks.stored_secrets_are_usable(databases=["default"]) == []
    settings.KEY_PEPPER = b"another pepper, long enough"
    assert ids(checks.stored_secrets_are_usable(databases=["default"])) == ["routing.W002"]


def test_the_database_is_asked_only_when_it_may_be():
    assert checks.stored_secrets_are_usable(databases=None) == []


def test_a_database_that_is_not_there_yet_is_no_message_of_these_checks(monkeypatch):
    def away():
        raise OperationalError("no such table")

    monkeypatch.setattr("routing.checks._unreadable_credentials", away)
    assert checks.stored_secrets_are_usable(databases=["default"]) == []
