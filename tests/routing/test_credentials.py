"""Backend credentials at rest: encrypted, never shown, rotated; or only the name of a variable."""

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.forms import model_to_dict

from routing import credentials, loading
from routing.models import BackendCredential
from tests.routing import factories

SECRET = "sk-or-v1-0123456789abcdef-WXYZ"

HINTS = [
    (SECRET, "sk-…WXYZ"),
    ("0123456789abcdef0123", "…0123"),
    ("short-secret", "…"),
    ("x", "…"),
    ("env:OPENAI_API_KEY", "env:OPENAI_API_KEY"),
]


def test_what_was_sealed_opens_again():
    sealed = credentials.seal(f" {SECRET}\n")
    assert SECRET not in sealed
    assert credentials.opened(sealed) == SECRET


def test_no_two_seals_are_alike():
    assert credentials.seal(SECRET) != credentials.seal(SECRET)


def test_what_was_tampered_with_does_not_open():
    sealed = credentials.seal(SECRET)
    with pytest.raises(credentials.Unreadable):
        credentials.opened(sealed[:-8] + "AAAAAAA=")


@pytest.mark.parametrize(("secret", "hint"), HINTS)
def test_a_hint_tells_credentials_apart_without_telling_them(secret, hint):
    assert credentials.hint(secret) == hint


def test_a_reference_is_read_from_the_environment(monkeypatch, tmp_path):
    assert credentials.opened(credentials.seal("env:SOME_KEY")) is None
    monkeypatch.setenv("SOME_KEY", f" {SECRET} ")
    assert credentials.opened("env:SOME_KEY") == SECRET
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "secret"))
    assert credentials.opened("env:SOME_KEY") == "from a file"


@pytest.mark.parametrize("text", ["env:", "env:two words", "env:SECRET_KEY", "env:DATABASE_URL", "env:KEY_PEPPER_FILE"])
def test_some_references_are_wrong(text):
    assert credentials.wrong_reference(text)


@pytest.mark.parametrize("text", ["env:OPENAI_API_KEY", SECRET])
def test_the_others_are_fine(text):
    assert credentials.wrong_reference(text) is None


@pytest.mark.django_db
def test_only_the_ciphertext_is_in_the_database_and_in_what_is_made_of_a_row():
    backend = factories.backend(credential=SECRET)
    row = BackendCredential.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM routing_backendcredential")
        stored = cursor.fetchall()
    dumped = io.StringIO()
    call_command("dumpdata", stdout=dumped, exclude=["contenttypes", "auth"])
    (entry,) = loading.backends()
    places = [stored, dumped.getvalue(), row, vars(row), model_to_dict(row), backend, entry]
    for place in places:
        assert SECRET not in f"{place} {place!r}"


@pytest.mark.django_db
def test_a_rotated_credential_needs_only_the_new_key(settings, capsys):
    factories.backend(credential=SECRET)
    factories.backend(credential="env:OPENAI_API_KEY")
    old, new = settings.CREDENTIALS_KEYS[0], Fernet.generate_key()
    settings.CREDENTIALS_KEYS = [new, old]
    call_command("rotate_credentials")
    settings.CREDENTIALS_KEYS = [new]
    assert not BackendCredential.objects.unreadable()
    assert [credentials.opened(row.sealed) for row in BackendCredential.objects.filter(hint="sk-…WXYZ")] == [SECRET]
    assert "2 credentials" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_rotation_that_cannot_open_everything_changes_nothing(settings):
    factories.backend(credential=SECRET)
    lost = factories.backend("lost", credential=SECRET)
    lost.credentials.update(sealed=Fernet(Fernet.generate_key()).encrypt(b"x").decode())
    before = list(BackendCredential.objects.values_list("sealed"))
    with pytest.raises(CommandError, match="of backend lost"):
        call_command("rotate_credentials")
    assert list(BackendCredential.objects.values_list("sealed")) == before


@pytest.mark.django_db
def test_a_credential_that_cannot_be_opened_is_left_out_loudly(settings, caplog):
    factories.backend("router", credential=SECRET)
    settings.CREDENTIALS_KEYS = [Fernet.generate_key()]
    (entry,) = loading.backends()
    assert entry.credentials == ()
    assert "backend router is left out" in caplog.text
