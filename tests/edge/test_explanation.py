"""Where a request would go, told to an admin on a page and in a terminal; the backend is never asked."""

import json
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone

from proxysite import explanation
from proxysite.explanation import NOBODY, explain, key_of, read, sample
from routing import loading
from routing.health.board import Board
from routing.models import BackendHealth, MappingTarget
from routing.resolve import resolve
from tests.routing import factories

pytestmark = pytest.mark.django_db

PAGE = "/admin/explain/"
SECRET = "sk-or-v1-0123456789abcdef-WXYZ"


@pytest.fixture
def router():
    """A backend with habits of several origins."""
    row = factories.backend(
        "router", base_url="https://openrouter.ai/api/v1", credential=SECRET, profile={"image_limit": 3}
    )
    factories.backend_model(row, "vendor/big", context_window=1000, profile={"images": False})
    factories.learned_habit(row, "vendor/big", kind="stop_sequences", overrides={"stop_limit": 0})
    return row


def explained(model="claude-opus-5-5", key=NOBODY, body=None):
    return explain(loading.load({}), key, read(body or sample(model), model))


def test_the_mapping_that_wins_comes_first_and_the_others_are_named(router):
    client = factories.client("ada", team=factories.team("blue"))
    factories.mapping(to=router, model="d")
    factories.mapping("claude-*", kind="glob", to=router, model="c")
    factories.mapping("opus", kind="family", to=router, model="b", team=client.team)
    factories.mapping("claude-opus-5-5", to=router, model="a", client=client)
    factories.mapping("gpt", to=router, model="not asked for")
    told = explained(key=key_of(client))
    assert [mapping.name for mapping in told.mappings] == [
        "client ada: exact claude-opus-5-5",
        "team blue: family opus",
        "glob claude-*",
        "default",
    ]
    assert [mapping.wins for mapping in told.mappings] == [True, False, False, False]
    assert told.targets[0].route.model == "a"


@pytest.mark.parametrize(
    "name", ["claude-opus-5-5", "vendor/big", "claude-gw/vendor/big", "opus[1m]", "anthropic/opus"]
)
def test_it_tells_what_resolve_does(router, name):
    factories.mapping("opus", kind="family", to=router, model="vendor/big")
    factories.mapping(to=router, model="d")
    told = explained(name)
    route = resolve(loading.load({}), NOBODY, name)
    assert [mapping.name for mapping in told.mappings if mapping.wins] == [route.mapping]
    assert (told.targets[0].route.backend, told.targets[0].route.model) == (route.backend, route.model)


def test_a_mapping_whose_conditions_do_not_hold_is_passed_over_and_says_why(router):
    factories.mapping("opus", kind="family", to=router, model="long", when_input_above=50_000, when_images=True)
    factories.mapping("opus", kind="family", to=router, model="usual")
    told = explained()
    assert [mapping.verdict for mapping in told.mappings] == [
        "passed over: it is only for requests with images, longer requests",
        "wins",
    ]
    assert told.targets[0].route.model == "usual"


def test_a_target_that_is_left_alone_comes_last_and_says_why(router, monkeypatch):
    mapping = factories.mapping("opus", kind="family", to=router, model="down")
    MappingTarget.objects.create(mapping=mapping, backend=router, model="up", order=1)
    until = timezone.now() + timedelta(minutes=5)
    BackendHealth.objects.create(backend=router, model="down", openings=1, open_until=until, reason="too slow")
    own = Board()
    own.refresh()
    monkeypatch.setattr(explanation, "board", own)
    first, second = explained().targets
    assert (first.route.model, first.health) == ("up", "")
    assert second.health.endswith("too slow")


def test_a_name_that_nobody_knows_is_refused_as_a_client_is(router):
    told = explained("gpt-none")
    assert (told.mappings, told.targets) == ([], ())
    assert "no mapping and no backend" in told.refusal


def test_a_name_that_the_client_may_not_use_is_refused(router):
    factories.mapping(to=router, model="d")
    told = explained("gpt", key_of(factories.client(allowed_models="claude-*")))
    assert "not allowed" in told.refusal


def test_every_habit_has_an_origin(router):
    factories.mapping(to=router, model="vendor/big", compression=factories.compression(clears_tool_results=True))
    habits = {habit.name: habit.origin for habit in explained().targets[0].habits}
    assert habits["image_limit"] == "the admin, for this backend"
    assert habits["images"] == "the admin, for this model"
    assert habits["stop_limit"] == "learned from a refusal"
    assert habits["clear_tool_uses"] == "compression of the mapping"
    assert habits["reasoning"] == "dialect openrouter"


def test_what_is_sent_is_shown_with_what_it_costs_of_the_window(router):
    factories.mapping(to=router, model="vendor/big")
    (target,) = explained(body=b'{"messages": [{"role": "user", "content": "one two three"}]}').targets
    sent = json.loads(target.sent.body)
    assert (sent["model"], sent["max_completion_tokens"]) == ("vendor/big", 32_000)
    assert target.window_share.endswith("%")
    assert target.url == "https://openrouter.ai/api/v1/chat/completions"


def test_what_cannot_be_carried_over_is_a_notice(router):
    factories.mapping(to=factories.backend(base_url="https://api.deepseek.com"), model="deepseek-chat")
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}
    body = json.dumps({"messages": [{"role": "user", "content": [image]}]}).encode()
    (target,) = explained(body=body).targets
    assert target.sent.notices


@pytest.fixture
def superuser():
    browser = Browser()
    browser.force_login(get_user_model().objects.create_superuser("root"))
    return browser


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def test_the_page_shows_it_without_a_secret(superuser, router):
    client = factories.client("ada")
    factories.mapping("claude-opus-5-5", to=router, model="a", client=client)
    shown = text_of(superuser.post(PAGE, {"model": "claude-opus-5-5", "client": client.pk}))
    assert "It goes to a at router" in shown
    assert SECRET not in shown


def test_the_page_explains_an_address(superuser, router):
    factories.mapping(to=router, model="d")
    assert "It goes to d at router" in text_of(superuser.get(PAGE, {"model": "x"}))


@pytest.mark.parametrize("text", ["{", "[]", '{"messages": 5}', "not JSON", "\ud800"])
def test_the_page_tells_what_is_wrong_with_a_request(superuser, text):
    response = superuser.post(PAGE, {"model": "x", "request": text.encode(errors="replace").decode()})
    assert response.status_code == 200
    assert "request" in response.context["form"].errors


def test_the_page_of_a_model_leads_to_its_test_and_to_its_price(superuser, router):
    model = router.models.get()
    page = superuser.get(f"/admin/routing/backendmodel/{model.pk}/change/").content.decode()
    for address in re.findall(r'href="([^"]*model=vendor%2Fbig)"', page):
        assert "vendor/big" in superuser.get(unescape(address)).content.decode()
    assert page.count("model=vendor%2Fbig") == 2


def test_the_page_is_for_those_who_may_see_mappings_and_backends():
    browser = Browser()
    browser.force_login(get_user_model().objects.create_user("clerk", is_staff=True))
    assert browser.get(PAGE).status_code == 403


def printed(*arguments):
    out = StringIO()
    call_command("explain_route", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_the_same(router, tmp_path):
    factories.mapping("opus", kind="family", to=router, model="vendor/big", client=factories.client("ada"))
    asked = tmp_path / "request.json"
    asked.write_text('{"messages": [{"role": "user", "content": "Salut"}]}')
    told = printed("claude-opus-5-5", "--client", "ada", "--request", str(asked))
    assert "client ada: family opus (a family that the name contains): wins" in told
    assert "image_limit = 3 (the admin, for this backend)" in told
    assert "Salut" in told
    assert SECRET not in told


def test_the_command_knows_its_clients():
    with pytest.raises(CommandError, match="no client 'nobody'"):
        printed("x", "--client", "nobody")


def test_the_command_tells_what_it_cannot_read(tmp_path):
    with pytest.raises(CommandError):
        printed("x", "--request", str(tmp_path / "missing.json"))


@pytest.mark.parametrize(
    "source",
    [
        {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQK"},
        {"type": "url", "url": "https://example.com/document.pdf"},
    ],
    ids=["a document", "at a URL"],
)
def test_documents_are_left_out_of_the_explanation(router, source):
    factories.mapping(to=factories.backend(base_url="https://api.deepseek.com"), model="deepseek-chat")
    body = {"messages": [{"role": "user", "content": [{"type": "document", "source": source}]}]}
    (target,) = explained(body=json.dumps(body).encode()).targets
    assert target.refusal or target.sent.notices
