import csv
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounting.reports.groupings import GROUPINGS
from routing.models import Client, ClientKey, Team
from tests.accounting.samples import record

pytestmark = pytest.mark.django_db

REPORT = "/admin/accounting/usagerecord/report"


@pytest.fixture
def page(admin_client):
    def get(**query):
        response = admin_client.get(f"{REPORT}/", query)
        assert response.status_code == 200
        return response

    return get


@pytest.fixture
def as_json(admin_client):
    return lambda **query: json.loads(admin_client.get(f"{REPORT}.json", query).content)


@pytest.fixture
def as_csv(admin_client):
    def get(**query):
        response = admin_client.get(f"{REPORT}.csv", query)
        text = b"".join(async_to_sync(gathered)(response.streaming_content)).decode()
        return list(csv.DictReader(text.splitlines()))

    return get


async def gathered(parts):
    """What ASGI sends; Django warns of iterators that are not asynchronous, and keeps them back until they are whole."""
    return [part async for part in parts]


def figures(line):
    return {name: line[name] for name in ("requests", "total_tokens", "cost", "unpriced")}


def test_it_is_reached_from_the_first_page_and_from_the_list(admin_client):
    for address in ("/admin/", "/admin/accounting/usagerecord/"):
        assert f'href="{REPORT}/"' in admin_client.get(address).content.decode()


@pytest.mark.parametrize("by", GROUPINGS)
def test_the_page_the_csv_and_the_json_show_the_same(page, as_json, as_csv, by):
    for name in ("Ann", "Bob"):
        names = dict.fromkeys(
            ("client_name", "team_name", "routed_model", "session_id", "agent_id", "backend_name"), name
        )
        record(**names, input_tokens=10, output_tokens=2, cost=Decimal("0.25"), duration_ms=100)
    shown = page(by=by).context["report"]
    told = as_json(by=by)
    rows = as_csv(by=by)
    assert (
        [line.label for line in shown.lines] == [line["label"] for line in told["lines"]] == [row[by] for row in rows]
    )
    assert (
        told["total"]["total_tokens"] == shown.total.total_tokens == sum(int(row["total_tokens"]) for row in rows) == 24
    )
    assert (
        Decimal(told["total"]["cost"])
        == shown.total.cost
        == sum(Decimal(row["cost"]) for row in rows)
        == Decimal("0.5")
    )


def test_what_has_no_price_is_unknown_and_not_free(page):
    record(client_name="Ann", input_tokens=5)
    record(client_name="Bob", input_tokens=5, cost=Decimal(2))
    record(client_name="Bob", input_tokens=5)
    html = page().content.decode()
    assert '<td class="number">–</td>' in html
    assert html.count("≥ $2.00") == 3  # Bob's, the total's, and on top


def test_a_line_leads_to_its_rows(admin_client, page):
    for number, name in enumerate(("Ann & co", "", "Ann & co")):
        record(timedelta(minutes=number), client_name=name, routed_model="big", key_id=None if name else 7)
    for by in GROUPINGS:
        for line, _, rows in page(by=by).context["lines"]:
            listed = admin_client.get(rows)
            assert listed.status_code == 200, rows
            assert listed.context["cl"].result_count == line.figures.rows, (by, line.label)


def test_a_line_leads_to_the_report_of_it(page, admin_client):
    record(client_name="Ann", routed_model="big", session_id="s1")
    record(client_name="Bob", routed_model="small", session_id="s2")
    for by in GROUPINGS:
        for line, following, _ in page(by=by).context["lines"]:
            narrowed = admin_client.get(f"{REPORT}/{following}").context["report"]
            assert narrowed.total.rows == line.figures.rows, (by, line.label)
            assert narrowed.by.name != by


def test_filters_stick(page):
    record(client_name="Ann", routed_model="big")
    record(client_name="Bob", routed_model="big")
    response = page(client="Ann", by="model", period="30d")
    assert response.context["report"].total.requests == 1
    for _, address, _ in (*response.context["groupings"], *response.context["periods"]):
        assert "client=Ann" in address
    assert all("period=30d" in address for _, address, _ in response.context["groupings"])


def test_sub_agents_count_for_their_session(as_json):
    record(session_id="s", output_tokens=1)
    record(session_id="s", agent_id="helper", parent_agent_id="", output_tokens=2)
    (session,) = as_json(by="session")["lines"]
    assert (session["label"], session["output_tokens"]) == ("s", 3)
    agents = as_json(by="agent", session="s")["lines"]
    assert [(agent["label"], agent["output_tokens"]) for agent in agents] == [("helper", 2), ("(main agent)", 1)]


def test_requests_are_what_clients_asked_for_and_tokens_are_all(as_json):
    record(output_tokens=1)
    record(kind="judge", output_tokens=2)
    assert figures(as_json()["total"]) == {"requests": 1, "total_tokens": 3, "cost": "0", "unpriced": 2}


def test_the_largest_lines_and_the_others_add_up(as_json, as_csv, monkeypatch):
    monkeypatch.setattr("accounting.reports.asked.LIMITS", (2,))
    for number in range(5):
        record(session_id=f"s{number}", output_tokens=10 + number)
    told = as_json(by="session")
    assert [line["label"] for line in told["lines"]] == ["s4", "s3"]
    assert (told["others"]["output_tokens"], told["total"]["output_tokens"]) == (33, 60)
    assert sum(int(row["output_tokens"]) for row in as_csv(by="session")) == 60


def test_no_cell_of_the_csv_is_a_formula(as_csv):
    record(client_name="=1+1", session_id="@x")
    assert as_csv()[0]["client"] == "'=1+1"
    assert as_csv(by="session")[0]["session"] == "'@x"


def test_a_manager_sees_only_their_teams(client):
    user = User.objects.create_user("manager", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_usagerecord"))
    own, other = Team.objects.create(name="Own"), Team.objects.create(name="Other")
    own.managers.add(user)
    record(client_name="Ann", team=own, output_tokens=1)
    record(client_name="Bob", team=other, output_tokens=2)
    client.force_login(user)
    for by in GROUPINGS:
        assert json.loads(client.get(f"{REPORT}.json", {"by": by}).content)["total"]["output_tokens"] == 1


@pytest.mark.parametrize("address", [f"{REPORT}/", f"{REPORT}.csv", f"{REPORT}.json"])
def test_it_is_not_for_everybody(client, address):
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"by": "nonsense", "period": "eternity", "limit": "-1", "show": "x"},
        {"since": "yesterday"},
        {"since": "2026-11-30", "until": "2026-11-01"},
        {"key": "x"},
        {"key": "9" * 30},
        {"client": "\0"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_no_error(page, query):
    record()
    page(**query)


def test_what_is_wrong_with_a_period_is_said(page):
    assert "&#x27;yesterday&#x27; is not like 2026-11-01" in page(since="yesterday").content.decode()


def test_keys_have_their_prefix(page):
    key = ClientKey.objects.create(client=Client.objects.create(name="Ann"), prefix="sk-abc", digest=b"x")
    record(key_id=key.pk)
    record(key_id=987)
    html = page(by="key").content.decode()
    assert "sk-abc…" in html
    assert "number 987, deleted" in html


def test_every_day_of_the_period_has_its_bar(page):
    record(timedelta(days=2), output_tokens=5)
    record(output_tokens=7)
    chart = page(period="7d").context["chart"]
    assert len(chart.bars) == 7
    assert [bar.text for bar in chart.bars][4:] == ["5", "0", "7"]


def test_a_click_on_a_bar_shows_its_day(page, admin_client):
    record(timedelta(days=2), output_tokens=5)
    address = page(period="7d").context["bars"][4][1]
    assert admin_client.get(f"{REPORT}/{address}").context["report"].total.output_tokens == 5


@pytest.mark.parametrize(("since", "bars"), [("2020-01-15", 60), ("2024-12-01", 31)])
def test_more_days_than_fit_are_months(page, since, bars):
    day = datetime(2024, 12, 31, 12, tzinfo=UTC)
    record(started_at=day, output_tokens=3)
    chart = page(since=since, until="2024-12-31").context["chart"]
    assert (len(chart.bars), chart.bars[-1].text) == (bars, "3")


def test_the_pieces_of_a_bar_fill_it(page):
    for number in range(8):
        record(client_name=f"client {number}", output_tokens=number + 1)
    chart = page(period="today").context["chart"]
    assert chart.names == ["client 7", "client 6", "client 5", "client 4", "client 3", "all others"]
    (highest,) = [bar for bar in chart.bars if bar.pieces]
    assert sum(piece.height for piece in highest.pieces) == pytest.approx(chart.height, abs=0.1)


def test_the_page_has_no_inline_script_or_style(page):
    record(client_name="<script>alert(1)</script>", output_tokens=1)
    html = page().content.decode()
    assert " style=" not in html
    assert "<script>alert" not in html


def test_a_page_costs_the_same_with_any_number_of_rows(page):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page()
        return len(captured)

    record(client_name="0", output_tokens=1)
    few = queries()
    for number in range(20):
        record(client_name=str(number), team_id=number, output_tokens=1)
    assert queries() == few


def test_today_is_a_day_of_the_local_zone(page, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    record(output_tokens=1)
    since, until = page(period="today").context["asked"].span
    assert timezone.localtime(since).hour == 0
    assert since <= timezone.now() < until


def test_the_address_of_the_report_is_known_by_name():
    assert reverse("admin:accounting_usagerecord_report") == f"{REPORT}/"
