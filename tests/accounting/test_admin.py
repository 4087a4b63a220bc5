import re
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

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


def cells(html):
    """The texts of the list's cells, with the second lines after a bar."""
    rows = re.findall(r'<t[hd] class="field-\w+[^"]*">(.*?)</t[hd]>', html, re.DOTALL)
    return [unescape(strip_tags(row.replace("<br>", "|"))) for row in rows]


def test_it_shows_what_was_used(page):
    row = record(
        client_name="Ann",
        team_name="Core",
        requested_model="claude-sonnet-4-5",
        routed_model="big",
        http_status=200,
        input_tokens=1000,
        cache_read_input_tokens=11_000,
        output_tokens=300,
        duration_ms=1530,
        cost=Decimal("0.1234"),
        price_source="catalogue",
    )
    started = timezone.localtime(row.started_at).strftime("%Y-%m-%d %H:%M:%S")
    model = "claude-sonnet-4-5|→ big"
    used = ["12,000|92% cached", "300", "$0.12"]
    assert cells(page()) == [started, "Ann|Core", model, *used, "closed|200", "1.53 s"]


def test_it_shows_what_became_of_a_request_that_failed(page):
    record(state="failed", http_status=529, error_type="overloaded_error", output_tokens=7, estimated=True)
    assert cells(page())[-4:] == ["7|estimated", "unknown", "failed|529 overloaded error", "–"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param({"cost": None}, "unknown", id="a cost that nobody knows is no zero"),
        pytest.param({"cost": 0}, "$0.00", id="free"),
        pytest.param({"cost": Decimal("0.0421")}, "$0.0421", id="a part of a cent"),
    ],
)
def test_it_shows_what_a_request_cost(page, fields, text):
    record(**fields)
    assert cells(page())[-3] == text


@pytest.mark.parametrize(
    ("price", "found"),
    [("unknown", {"nobody"}), ("admin", {"admin"}), ("reported", {"reported"}), ("catalogue", set())],
)
def test_it_finds_requests_by_who_knows_their_price(shown, price, found):
    record(client_name="nobody")
    for source in ("admin", "reported"):
        record(client_name=source, cost=1, price_source=source)
    assert set(shown(price=price)) == found


def test_it_says_where_the_price_of_a_request_is_from(page):
    row = record(cost=1, price_source="catalogue")
    assert "the catalogue" in page(reverse("admin:accounting_usagerecord_change", args=[row.pk]))


def test_it_shortens_long_names_of_models(page):
    record(requested_model="m" * 60, routed_model="<b>" * 20)
    html = page()
    assert f'<span title="{"m" * 60}">{"m" * 35}…</span>' in html
    assert "<b>" not in html


def test_it_shows_one_request(page):
    row = record(client_name="Ann", key_id=77, time_to_first_token_ms=812, duration_ms=15_300, stream=True)
    html = page(reverse("admin:accounting_usagerecord_change", args=[row.pk]))
    for text in (str(row), "Ann", "number 77, deleted", "0.81 s", "15 s", ", streamed"):
        assert text in html


def test_what_one_request_lacks_is_told_in_words(page):
    row = record()
    assert ">None<" not in page(reverse("admin:accounting_usagerecord_change", args=[row.pk]))


def test_it_lists_what_was_lost_in_one_request(page):
    row = record(notices=[{"code": "image_dropped", "detail": "<b>messages.0</b>"}])
    html = page(reverse("admin:accounting_usagerecord_change", args=[row.pk]))
    assert "<li><code>image_dropped</code> &lt;b&gt;messages.0&lt;/b&gt;</li>" in html


def test_one_request_leads_to_all_of_its_session(page, shown):
    row = record(client_name="Ann", session_id="a&b c")
    record(client_name="Bob", session_id="other")
    html = page(reverse("admin:accounting_usagerecord_change", args=[row.pk]))
    assert f'href="{LIST}?q=a%26b+c"' in html
    assert shown(q="a&b c") == ["Ann"]


def test_a_request_and_those_made_for_it_lead_to_each_other(page):
    asked = record()
    judge = record(kind="judge", parent_request=asked.pk)
    links = {row.pk: f'<a href="{LIST}{row.pk}/change/">req_{row.pk.hex}</a>' for row in (asked, judge)}
    assert f"{links[judge.pk]} (judge)" in page(f"{LIST}{asked.pk}/change/")
    assert f"{links[asked.pk]} (made for this request)" in page(f"{LIST}{judge.pk}/change/")


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
        with CaptureQueriesContext(connection) as captured:
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
    assert "2 processes run, 1,200 changes wait, the oldest since" in html


def test_it_says_that_the_table_is_not_behind(page):
    ProcessJournal.objects.create(name="a", seen_at=timezone.now())
    assert "1 process runs, 0 changes wait." in page()


def test_it_counts_nothing_for_the_filters(page):
    assert "Show counts" not in page()


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
