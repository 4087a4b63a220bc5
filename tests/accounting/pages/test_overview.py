"""The overview: what the client used, and nothing of anybody else."""

from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounting.models.budgets import NANO, Budget, BudgetWindow
from accounting.templatetags.usage_figures import cost
from tests.accounting.pages.conftest import text_of
from tests.accounting.samples import record
from tests.routing import factories


def shown(browser, client):
    response = browser.get(f"/usage/clients/{client.pk}/")
    return response, text_of(response)


def used(client, **fields):
    return record(**{"client_id": client.pk, "client_name": client.name, "routed_model": "big", **fields})


def test_it_sums_up_today_a_week_and_a_month(browser, ada):
    for days, dollars in ((0, "1.25"), (3, "2"), (20, "4"), (40, "8")):
        used(ada, ago=timedelta(days=days), input_tokens=600, output_tokens=400, cost=Decimal(dollars))
    response, _ = shown(browser, ada)
    sums = {
        name: (figures.requests, figures.total_tokens, figures.cost) for name, figures in response.context["periods"]
    }
    assert sums == {
        "Today": (1, 1000, Decimal("1.25")),
        "7 days": (2, 2000, Decimal("3.25")),
        "30 days": (3, 3000, Decimal("7.25")),
    }


def test_it_shows_nothing_of_another_member(browser, ada, bob):
    used(bob, routed_model="secret-model", session_id="secret-session", input_tokens=10)
    response, text = shown(browser, ada)
    assert "secret" not in response.content.decode()
    assert "Nothing was used yet" in text


def test_it_says_how_much_came_from_a_cache(browser, ada):
    used(ada, input_tokens=250, cache_read_input_tokens=750)
    assert "From cache 75 %" in shown(browser, ada)[1]


def test_a_price_that_nobody_knows_is_no_zero(browser, ada):
    used(ada, input_tokens=10)
    response, text = shown(browser, ada)
    assert "1 without a known price" in text
    assert [cost(figures) for _, figures in response.context["periods"]] == ["–", "–", "–"]


def test_some_known_prices_are_a_lower_bound(browser, ada):
    used(ada, input_tokens=10)
    used(ada, input_tokens=10, cost=Decimal("0.5"))
    assert "≥ $0.50" in shown(browser, ada)[1]


def test_what_the_gateway_did_by_itself_costs_but_is_no_request(browser, ada):
    used(ada, kind="judge", input_tokens=10, cost=Decimal("0.5"))
    (_, today), *_ = shown(browser, ada)[0].context["periods"]
    assert (today.requests, today.cost) == (0, Decimal("0.5"))


def test_the_chart_has_a_bar_for_each_day(browser, ada):
    used(ada, input_tokens=100)
    used(ada, ago=timedelta(days=2), cache_read_input_tokens=25, input_tokens=25)
    bars = shown(browser, ada)[0].context["bars"]
    assert len(bars) == 30
    assert [(bar.height, bar.cached) for bar in bars[-3:]] == [(60.0, 30.0), (0.0, 0.0), (120.0, 0.0)]


def test_it_lists_sessions_by_their_last_request(browser, ada):
    used(ada, ago=timedelta(hours=3), session_id="older", input_tokens=1)
    for hours in (1, 2):
        used(ada, ago=timedelta(hours=hours), session_id="newer", input_tokens=1)
    sessions = shown(browser, ada)[0].context["sessions"]
    assert [(session.id, session.figures.requests) for session in sessions] == [("newer", 2), ("older", 1)]


def test_it_lists_the_last_requests(browser, ada):
    used(ada, requested_model="claude-opus-5-5", state="failed", http_status=529, error_type="overloaded_error")
    assert "failed 529 overloaded_error" in shown(browser, ada)[1]


def test_it_tells_that_requests_are_captured(browser, ada):
    assert "captures" not in shown(browser, ada)[1]
    ada.capture_until = timezone.now() + timedelta(hours=1)
    ada.save()
    factories.backend("busy", capture_until=ada.capture_until)
    text = shown(browser, ada)[1]
    assert "captures the requests of this client" in text
    assert "captures all requests that go to busy" in text


def test_its_queries_do_not_grow_with_what_was_used(browser, ada, django_assert_num_queries):
    used(ada, session_id="first", input_tokens=1)
    with CaptureQueriesContext(connection) as few:
        shown(browser, ada)
    for number in range(30):
        used(ada, session_id=f"s{number}", routed_model=f"m{number}", input_tokens=1)
    with django_assert_num_queries(len(few)):
        shown(browser, ada)


def test_it_says_what_is_left_of_budgets(browser, ada, bob):
    now = timezone.now()
    for name, client, spent in (("Ada's month", ada, 12), ("Bob's month", bob, 1)):
        budget = Budget.objects.create(name=name, client=client, amount=50, time_zone="UTC")
        start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        BudgetWindow.objects.create(
            budget=budget, starts_at=start, ends_at=start + timedelta(days=35), spent=spent * NANO
        )
    text = shown(browser, ada)[1]
    assert "Ada&#x27;s month $12.00 of $50.00" in text
    assert "$38.00 left" in text
    assert "Bob" not in text
