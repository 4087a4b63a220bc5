"""`manage.py issue_key`: the key alone on stdout, for a new or an existing client."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from routing import keys, loading
from routing.models import Client, ClientKey
from tests.routing import factories

pytestmark = pytest.mark.django_db


def issue(capsys, *arguments):
    call_command("issue_key", *arguments)
    return capsys.readouterr()


def test_the_key_is_alone_on_stdout(capsys):
    printed = issue(capsys, "ada")
    text = printed.out.strip()
    assert keys.well_formed(text)
    assert text not in printed.err
    assert loading.load({}).key(text, 0.0).client_name == "ada"


def test_a_team_is_made_for_a_new_client(capsys):
    issue(capsys, "ada", "--team", "blue", "--label", "laptop")
    assert Client.objects.get().team.name == "blue"
    assert ClientKey.objects.get().label == "laptop"


def test_an_existing_client_gets_another_key(capsys):
    owner = factories.client("ada", team=factories.team("blue"))
    issue(capsys, "ada")
    issue(capsys, "ada", "--team", "blue")
    assert owner.keys.count() == 2


def test_a_client_is_not_moved_to_another_team(capsys):
    factories.client("ada", team=factories.team("blue"))
    with pytest.raises(CommandError, match="is in team blue"):
        issue(capsys, "ada", "--team", "red")


@pytest.mark.parametrize("switched_off", ["client", "team"])
def test_no_key_is_issued_that_would_be_refused(capsys, switched_off):
    if switched_off == "client":
        factories.client("ada", is_active=False)
    else:
        factories.team("blue", is_active=False)
    with pytest.raises(CommandError, match="not active"):
        issue(capsys, "ada", "--team", "blue") if switched_off == "team" else issue(capsys, "ada")
    assert not ClientKey.objects.exists()


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("1d", 1)])
def test_a_key_may_expire_after_some_days(capsys, text, days):
    issue(capsys, "ada", "--expires", text)
    lifetime = ClientKey.objects.get().expires_at - timezone.now()
    assert timedelta(days=days, minutes=-1) < lifetime <= timedelta(days=days)


def test_a_key_may_expire_at_the_end_of_a_day(capsys):
    issue(capsys, "ada", "--expires", "2999-12-31")
    assert str(ClientKey.objects.get().expires_at) == "2999-12-31 23:59:59.999999+00:00"


@pytest.mark.parametrize(
    "text", ["tomorrow", "2020-01-01", "2027-13-01", "d", "-1d", "0", "9999-12-31", "9999999d", "99999999999d"]
)
def test_other_ends_are_refused(capsys, text):
    with pytest.raises(CommandError):
        issue(capsys, "ada", f"--expires={text}")


@pytest.mark.parametrize("name", ["", "   "])
def test_a_client_has_a_name(capsys, name):
    with pytest.raises(CommandError, match="blank"):
        issue(capsys, name)
    assert not Client.objects.exists()


def test_a_reserved_name_is_refused(capsys):
    with pytest.raises(CommandError, match="kept for"):
        issue(capsys, "environment")
