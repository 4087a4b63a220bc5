"""`manage.py connect NAME`: the same settings as on the pages, one way alone where that is asked for."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.routing import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = ""
    settings.HOST, settings.PORT = "0.0.0.0", 8082


def connect(*options):
    """What the command prints, and what it complains about."""
    out, complaints = StringIO(), StringIO()
    call_command("connect", *options, stdout=out, stderr=complaints)
    return out.getvalue(), complaints.getvalue()


@pytest.fixture
def ada():
    factories.mapping("haiku", kind="family", model="small")
    return factories.client("ada").name


def test_settings_alone_are_json(ada):
    printed, complaints = connect(ada, "--key", "it's a key", "--json")
    variables = json.loads(printed)["env"]
    assert variables["ANTHROPIC_AUTH_TOKEN"] == "it's a key"
    assert variables["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:8082"
    assert complaints == ""


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ("--shell", "export ANTHROPIC_AUTH_TOKEN='it'\"'\"'s a key'"),
        ("--powershell", "$env:ANTHROPIC_AUTH_TOKEN = 'it''s a key'"),
    ],
)
def test_each_way_quotes_the_key(ada, way, line):
    printed, _ = connect(ada, "--key", "it's a key", way)
    assert line in printed.splitlines()


def test_without_a_way_it_prints_all_of_them_with_reasons(ada):
    printed, _ = connect(ada)
    assert printed.count("PUT-YOUR-KEY-HERE") == 3
    assert "ANTHROPIC_DEFAULT_OPUS_MODEL: The name that the client sends for opus leads nowhere" in printed


def test_the_public_address_goes_before_the_local_one(ada, settings):
    settings.PUBLIC_URL = "https://proxy.example.com"
    assert "export ANTHROPIC_BASE_URL=https://proxy.example.com\n" in connect(ada, "--shell")[0]


def test_it_says_when_no_model_can_be_reached():
    assert "map one first" in connect(factories.client("bob").name)[1]


def test_a_client_that_does_not_exist_is_not_made():
    with pytest.raises(CommandError, match="There is no client 'nobody'"):
        connect("nobody")


def test_two_ways_at_once_are_refused(ada):
    with pytest.raises(CommandError):
        connect(ada, "--shell", "--json")
