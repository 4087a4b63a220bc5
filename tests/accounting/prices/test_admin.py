from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounting.models import Price
from tests.accounting.prices.samples import price
from tests.routing.factories import backend, backend_model

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounting_price_changelist")
LOOK_UP = reverse("admin:accounting_price_look_up")
DAY = timedelta(days=1)


@pytest.fixture
def shown(admin_client):
    """The models of the rows that a list shows."""

    def get(**query):
        response = admin_client.get(LIST, query)
        assert response.status_code == 200
        return {row.model for row in response.context["cl"].result_list}

    return get


@pytest.fixture
def look_up(admin_client):
    def get(row, model, **query):
        response = admin_client.get(LOOK_UP, {"backend": row.pk, "model": model, **query})
        assert response.status_code == 200
        return response

    return get


def verdicts(response):
    """What each line says, in their order."""
    return [(line.verdict, str(line.row or line.source), line.figures["input"]) for line in response.context["lines"]]


def test_a_price_is_added(admin_client):
    row = backend("ours")
    fields = {"backend": row.pk, "model": "GPT-5.4", "input": "2.5", "output": "15", "request": "0", "web_search": "0"}
    response = admin_client.post(reverse("admin:accounting_price_add"), fields)
    assert response.status_code == 302, response.context["errors"]
    assert str(Price.objects.get()) == "gpt-5.4 at ours"


@pytest.mark.parametrize("field", ["valid_from", "valid_until"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_time_that_some_zone_cannot_tell_is_refused(admin_client, field, day):
    fields = {"model": "m", "input": "1", "output": "1", "request": "0", "web_search": "0", f"{field}_0": day}
    response = admin_client.post(reverse("admin:accounting_price_add"), {**fields, f"{field}_1": "12:00"})
    assert response.context["errors"] == [["Years go from 1900 to 2999."]]


@pytest.mark.parametrize(
    ("query", "models"),
    [
        ({}, {"now", "later", "ended", "imported"}),
        ({"validity": "now"}, {"now", "imported"}),
        ({"validity": "later"}, {"later"}),
        ({"validity": "ended"}, {"ended"}),
        ({"origin": "file"}, {"imported"}),
        ({"origin": "hand"}, {"now", "later", "ended"}),
        ({"q": "late"}, {"later"}),
    ],
    ids=str,
)
def test_the_list_finds_prices(shown, query, models):
    now = timezone.now()
    price("now")
    price("later", valid_from=now + DAY)
    price("ended", valid_until=now - DAY)
    price("imported", note="imported from prices.json")
    assert shown(**query) == models


def test_the_list_is_one_query_however_many_prices_there_are(admin_client, django_assert_max_num_queries):
    for number in range(20):
        price(f"m-{number}", backend=backend(), tier_above=1000, tier_input=1, tier_output=1)
    with django_assert_max_num_queries(8):  # who is asking, the filters, two counts, the rows
        admin_client.get(LIST)


def test_it_tells_which_price_wins_and_who_comes_after_it(look_up):
    row = backend("ours", base_url="https://openrouter.ai/api/v1")
    backend_model(row, "openai/gpt-5.4", discovered_prices={"input": "0.000003", "output": "0.00003"})
    price("openai/*", input=1)
    price("openai/gpt-5.4", backend=row, valid_until=timezone.now() - DAY)
    assert verdicts(look_up(row, " openai/gpt-5.4 ")) == [
        ("does not hold then", "openai/gpt-5.4 at ours", "$2.00"),
        ("wins", "openai/* at every backend", "$1.00"),
        ("comes after it", "the backend's own list of models", "$3.00"),
        ("comes after it", "the catalogue, genai-prices", "$2.50"),
    ]


def test_it_tells_which_price_won_then(look_up):
    row = backend("ours")
    price("m", input=1, valid_from=timezone.now() - DAY)
    assert [line.verdict for line in look_up(row, "m").context["lines"]] == ["wins"]
    assert [line.verdict for line in look_up(row, "m", at="2026-01-01 12:00").context["lines"]] == [
        "does not hold then"
    ]


def test_it_tells_what_else_a_model_costs(look_up):
    row = backend("direct", base_url="https://api.openai.com/v1")
    text = strip_tags(look_up(row, "gpt-5.4").content.decode())
    for part in ("above 272,000 tokens of input: input $5.00", "service tier flex: input $1.25"):
        assert part in text


def test_it_says_when_nobody_knows_a_price(look_up):
    response = look_up(backend("ours"), "m")
    assert "Nobody knows what this costs" in response.content.decode()


def test_it_asks_for_what_is_missing(admin_client):
    response = admin_client.get(LOOK_UP, {"model": "m"})
    assert "This field is required" in response.content.decode()


def test_it_shows_what_may_be_looked_up(admin_client):
    html = admin_client.get(LIST).content.decode()
    assert f'href="{LOOK_UP}"' in html


def test_it_is_for_those_who_may_see_prices(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("bob", is_staff=True))
    assert client.get(LOOK_UP).status_code == 403
