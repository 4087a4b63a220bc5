"""What the rows refuse, in words that help, and in the database where words were not asked for."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from routing.models import Backend, BackendCredential, ClientKey, Compression, MappingTarget, ModelMapping
from tests.routing import factories

pytestmark = pytest.mark.django_db

BASE_URLS = [
    ("ftp://host/v1", "http"),
    ("host/v1", "http"),
    ("http://", "host"),
    ("https://user:password@host/v1", "Credentials"),
    ("https://host/v1?key=1", "query"),
    ("https://host/v1#x", "fragment"),
    ("https://host/ v1", "spaces"),
    ("https://host\\other/v1", "spaces"),
    ("http://169.254.169.254/latest", "address"),
    ("http://[fe80::1]/v1", "address"),
    ("http://0.0.0.0:8000/v1", "address"),
    ("http://224.0.0.1/v1", "address"),
    ("http://host:port/v1", "not a URL"),
]
HEADERS = [
    (["a list"], "object"),
    ({"Two Words": "x"}, "Two Words"),
    ({"Host": "x"}, "Host"),
    ({"Content-Length": "0"}, "Content-Length"),
    ({"Transfer-Encoding": "chunked"}, "Transfer-Encoding"),
    ({"X": "two\nlines"}, "ASCII"),
    ({"X": 7}, "text"),
    ({"Authorization": "Bearer x"}, "secret"),
    ({"X-Api-Key": "x"}, "secret"),
    ({"X-Api-Key": "env:"}, "environment variable"),
    ({"X-Api-Key": "env:SECRET_KEY"}, "gateway itself"),
]


@pytest.mark.parametrize(("url", "complaint"), BASE_URLS, ids=[url for url, _ in BASE_URLS])
def test_a_base_url_must_be_one(url, complaint):
    with pytest.raises(ValidationError, match=complaint) as refusal:
        Backend(name="b", base_url=url).full_clean()
    assert list(refusal.value.message_dict) == ["base_url"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:11434/v1", "https://openrouter.ai/api/v1/", "http://[::1]:8000", "http://gpu-box/v1"]
)
def test_these_are_base_urls(url):
    Backend(name="b", base_url=url).full_clean()


@pytest.mark.parametrize(("headers", "complaint"), HEADERS, ids=[str(headers) for headers, _ in HEADERS])
def test_headers_must_be_such_that_can_be_sent(headers, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Backend(name="b", base_url="http://b/v1", headers=headers).full_clean()


def test_these_are_headers():
    headers = {"X-Title": "our team", "Authorization": "env:BASIC_AUTH", "X-Empty": ""}
    Backend(name="b", base_url="http://b/v1", headers=headers).full_clean()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"profile": {"no_such": 1}}, "profile"),
        ({"dialect": "klingon"}, "dialect"),
        ({"name": "with/slash"}, "name"),
        ({"name": "environment"}, "name"),
        ({"timeout": 0}, "timeout"),
        ({"min_tokens": 10, "max_tokens_limit": 5}, "__all__"),
    ],
)
def test_other_fields_of_a_backend_are_checked(fields, field):
    with pytest.raises(ValidationError) as refusal:
        Backend(**{"name": "b", "base_url": "http://b/v1", **fields}).full_clean()
    assert field in refusal.value.message_dict


MAPPINGS = [
    ({"kind": "exact"}, "without a name"),
    ({"kind": "glob", "pattern": " | "}, "without a name"),
    ({"kind": "family"}, "one word"),
    ({"kind": "family", "pattern": "opus*"}, "one word"),
    ({"kind": "nonsense", "pattern": "x"}, "not a valid choice"),
]


@pytest.mark.parametrize(("fields", "complaint"), MAPPINGS, ids=[str(fields) for fields, _ in MAPPINGS])
def test_a_mapping_needs_a_pattern_of_its_kind(fields, complaint):
    with pytest.raises(ValidationError, match=complaint):
        ModelMapping(**fields).full_clean()


def test_a_mapping_is_for_a_team_or_a_client():
    with pytest.raises(ValidationError, match="not for both"):
        ModelMapping(pattern="m", team=factories.team(), client=factories.client()).full_clean()


@pytest.mark.parametrize("scope", ["everybody", "team", "client"])
def test_a_mapping_exists_once_in_its_scope_in_any_spelling(scope):
    fields = {"everybody": {}, "team": {"team": factories.team()}, "client": {"client": factories.client()}}[scope]
    factories.mapping("My-Model", **fields)
    again = ModelMapping(pattern="my-model", kind="exact", **fields)
    with pytest.raises(ValidationError, match="already"):
        again.full_clean(exclude={"from_environment"})  # as forms do
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_patterns_are_stored_in_one_spelling():
    mapping = ModelMapping(kind="glob", pattern=" GPT-* |\n o3* |")
    mapping.full_clean()
    assert mapping.pattern == "gpt-*|o3*"


@pytest.mark.parametrize(
    "row",
    [
        lambda: Backend(name="b", base_url="http://b", timeout=0),
        lambda: ModelMapping(kind="exact", pattern=""),
        lambda: ModelMapping(kind="nonsense", pattern="x"),
        lambda: Compression(name="c", mode="nonsense"),
        lambda: BackendCredential(backend=factories.backend()),
    ],
)
def test_the_database_refuses_what_nobody_cleaned(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        row().save()


def test_a_backend_lists_a_model_once():
    backend = factories.backend()
    factories.backend_model(backend, "m")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.backend_model(backend, "m")


def test_a_backend_that_mappings_lead_to_is_not_deleted():
    factories.mapping("m", to=factories.backend("b"))
    with pytest.raises(ProtectedError):
        Backend.objects.get(name="b").delete()


def test_a_team_with_clients_is_not_deleted():
    # Its limits would vanish from them.
    team = factories.team()
    factories.client(team=team)
    with pytest.raises(ProtectedError):
        team.delete()


def test_a_client_is_deleted_with_its_keys_and_mappings():
    owner = factories.client()
    factories.key(owner)
    factories.mapping("m", client=owner)
    owner.delete()
    assert not ClientKey.objects.exists()
    assert not MappingTarget.objects.exists()


def test_rows_say_what_they_are():
    backend = factories.backend("router", credential="sk-or-v1-0123456789abcdef")
    key, _ = factories.key(factories.client("ada"))
    mapping = factories.mapping("gpt-*", kind="glob", to=backend)
    texts = [str(row) for row in (backend, backend.credentials.get(), key, mapping, mapping.targets.get())]
    assert texts == ["router", "sk-…cdef", f"{key.prefix}…", "glob gpt-*", "router → the same name"]
