import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounting.admin.paging import BoundedPaginator
from accounting.models import ProcessJournal, UsageRecord
from routing.models import Client, Team
from tests.accounting.samples import record

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounting_usagerecord_changelist")


@pytest.fixture
def page(admin_client):
    def get(url=LIST, **query):
        response = admin_client.get(url, query)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def shown(admin_client):
    """The clients of the rows that a list shows."""

    def get(**query):
        response = admin_client.get(LIST, query)
        return [row.client_name for row in response.context["cl"].result_list]

    return get


def test_it_shows_what_was_used(page):
    record(
        client_name="Ann",
        requested_model="claude-sonnet-4-5",
        routed_model="big",
        http_status=200,
        input_tokens=1000,
        cache_read_input_tokens=11_000,
        output_tokens=300,
        thinking_tokens=40,
        time_to_first_token_ms=812,
        duration_ms=1530,
    )
    html = page()
    for text in (
        "claude-sonnet-4-5 → big",
        "closed 200",
        "12,000 (11,000 cached)",
        "300 (40 thinking)",
        "0.81 s",
        "1.53 s",
    ):
        assert text in html


def test_it_shows_one_request(page):
    row = record(client_name="Ann", key_id=77, notices=[{"code": "image_dropped", "detail": "<b>messages.0</b>"}])
    html = page(reverse("admin:accounting_usagerecord_change", args=[row.pk]))
    assert str(row) in html
    assert "image_dropped: &lt;b&gt;messages.0&lt;/b&gt;" in html
    assert "number 77, deleted" in html


def test_nothing_can_be_changed(admin_client):
    row = record()
    for page in ("change", "delete"):
        url = reverse(f"admin:accounting_usagerecord_{page}", args=[row.pk])
        assert admin_client.post(url, {"post": "yes", "client_name": "Eve"}).status_code == 403
    assert admin_client.get(reverse("admin:accounting_usagerecord_add")).status_code == 403
    assert "delete_selected" not in admin_client.get(LIST).content.decode()
    row.refresh_from_db()
    assert row.client_name == ""


def test_a_list_costs_the_same_with_any_number_of_rows(page):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page()
        return len(captured)

    record()
    few = queries()
    for _ in range(30):
        record(client_id=1, team_id=2, backend_id=3)
    assert queries() == few


def test_a_list_counts_no_further_than_people_turn_pages(monkeypatch):
    monkeypatch.setattr("accounting.admin.paging.COUNT_LIMIT", 3)
    for _ in range(5):
        record()
    assert BoundedPaginator(UsageRecord.objects.all(), 2).num_pages == 2


@pytest.mark.parametrize("written", ["req_{0.hex}", "{0.hex}", "{0}", "  req_{0.hex}  "])
def test_it_finds_a_request(shown, written):
    row = record(client_name="Ann")
    record(client_name="Bob")
    assert shown(q=written.format(row.pk)) == ["Ann"]


def test_it_finds_a_session(shown):
    session = str(uuid.uuid4())
    record(client_name="Ann", session_id=session)
    record(client_name="Bob", session_id="other")
    assert shown(q=session) == ["Ann"]


def test_it_finds_clients_by_a_part_of_their_name(shown):
    client = Client.objects.create(name="Ann of Cleves")
    record(client_name="Ann", client=client)
    record(client_name="Bob")
    assert shown(q="cleves") == ["Ann"]
    assert shown(q="%") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({"state__exact": "failed"}, ["failed"], id="state"),
        pytest.param({"estimated__exact": "1"}, ["estimated"], id="estimated"),
        pytest.param({"routed_model": "big"}, ["model"], id="model"),
        pytest.param({"day": "7d"}, ["model", "estimated", "failed"], id="last days"),
        pytest.param({"day": "2026-01-05"}, ["old"], id="a day"),
        pytest.param({"day": "nonsense"}, [], id="no day"),
    ],
)
def test_it_filters(shown, query, found):
    UsageRecord.objects.create(
        id=uuid.uuid4(),
        client_name="old",
        state="closed",
        started_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
    )
    record(timedelta(minutes=3), client_name="failed", state="failed")
    record(timedelta(minutes=2), client_name="estimated", estimated=True)
    record(timedelta(minutes=1), client_name="model", routed_model="big")
    assert shown(**query) == found


def test_it_filters_by_client_and_team(shown):
    team = Team.objects.create(name="Core")
    client = Client.objects.create(name="Ann", team=team)
    record(client_name="Ann", client=client, team=team)
    record(client_name="Bob")
    assert shown(client__id__exact=client.pk) == shown(team__id__exact=team.pk) == ["Ann"]


def test_it_says_how_far_the_table_is_behind(page):
    oldest = timezone.now() - timedelta(minutes=3)
    ProcessJournal.objects.create(name="a", seen_at=timezone.now(), backlog=1200, oldest_at=oldest)
    ProcessJournal.objects.create(name="b", seen_at=timezone.now())
    html = page()
    assert "Running processes: 2. Changes that wait in their journals: 1,200 since" in html


def test_a_manager_sees_the_requests_of_their_teams(client):
    user = User.objects.create_user("manager", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_usagerecord"))
    own, other = Team.objects.create(name="Own"), Team.objects.create(name="Other")
    own.managers.add(user)
    record(client_name="Ann", team=own)
    secret = record(client_name="Bob", team=other)
    client.force_login(user)
    html = client.get(LIST).content.decode()
    assert "Ann" in html
    assert "Bob" not in html
    assert "Other" not in html
    assert client.get(reverse("admin:accounting_usagerecord_change", args=[secret.pk])).status_code == 302
