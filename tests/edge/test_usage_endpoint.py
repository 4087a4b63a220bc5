"""GET /v1/usage: what the key's client used, as JSON and in one line; and the script that shows it in a status line."""

import os
import subprocess
from itertools import count

import httpx
import pytest

from tests.support.answers import text, usage
from tests.support.gateway import CLIENT_KEY
from tests.support.messages import assert_is_error, request
from tests.support.scripted_backend import error

NUMBERS = count(1)


@pytest.fixture
def member(gateway):
    """The name of a new client, and its key."""
    name = f"usage-{next(NUMBERS)}"
    return name, gateway.manage("issue_key", name).splitlines()[-1]


@pytest.fixture
def used(gateway, backend, stranger, member):
    """The key of a client that has used 1,000 tokens, of which 800 came from a cache, and 50 more."""
    name, key = member
    backend.script(text("Hello", usage=usage(prompt=1000, completion=50, cached=800)))
    assert stranger.post("/v1/messages", json=request(), headers={"x-api-key": key}).status_code == 200
    gateway.usage_records(1, client_name=name)
    return key


def test_it_sums_up_what_the_client_used(stranger, used):
    answer = stranger.get("/v1/usage", headers={"x-api-key": used}).json()
    for period in ("today", "month", "total"):
        figures = answer[period]
        assert (figures["requests"], figures["total_tokens"], figures["cache_read_input_tokens"]) == (1, 1050, 800)
        assert (figures["cost"], figures["unpriced_requests"]) == (None, 1)
    assert [model["model"] for model in answer["models"]] == ["middle"]
    assert (answer["client"][:6], answer["budgets"]) == ("usage-", [])


@pytest.mark.parametrize("path", ["/v1/usage", "/v1/usage/", "/v1/v1/usage"])
@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
def test_it_takes_the_key_in_either_header(stranger, path, header):
    value = CLIENT_KEY if header == "x-api-key" else f"Bearer {CLIENT_KEY}"
    response = stranger.get(path, headers={header: value})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.headers["request-id"].startswith("req_")


def test_a_stranger_is_told_nothing(stranger):
    assert_is_error(stranger.get("/v1/usage"), 401, "authentication_error")


def test_nobody_is_told_what_others_used(stranger, used, gateway):
    other = gateway.manage("issue_key", f"usage-{next(NUMBERS)}").splitlines()[-1]
    answer = stranger.get("/v1/usage", headers={"x-api-key": other}).json()
    assert (answer["total"]["requests"], answer["models"]) == (0, [])


def test_it_tells_the_same_in_one_line(stranger, used):
    response = stranger.get("/v1/usage", headers={"x-api-key": used, "accept": "text/plain"})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("today ")
    assert response.text.endswith("1.1k tokens\n") or "1.1k tokens · " in response.text


def test_it_is_described(stranger):
    operation = stranger.get("/openapi.json").json()["paths"]["/v1/usage"]["get"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/OwnUsage")


@pytest.fixture
def statusline(stranger, tmp_path):
    """Runs the script as a member has fetched it."""
    script = tmp_path / "statusline.sh"
    script.write_bytes(stranger.get("/usage/statusline.sh").content)

    def run(**variables):
        environment = {"PATH": os.environ["PATH"], **variables}
        ran = subprocess.run(["sh", script], input='{"model": {}}', env=environment, capture_output=True, text=True)
        return ran.stdout

    return run


@pytest.mark.parametrize("variable", ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_script_prints_the_line(gateway, statusline, used, variable, slash):
    line = statusline(ANTHROPIC_BASE_URL=gateway.url + slash, **{variable: used})
    assert line.startswith("today ")
    assert "1.1k tokens" in line


def test_the_script_says_so_when_it_learns_nothing(gateway, statusline):
    assert statusline(ANTHROPIC_BASE_URL=gateway.url, ANTHROPIC_AUTH_TOKEN="wrong") == "usage unknown\n"
    assert statusline(ANTHROPIC_BASE_URL="http://127.0.0.1:9", ANTHROPIC_AUTH_TOKEN="x") == "usage unknown\n"


def test_a_test_of_the_connection_is_booked_as_a_test(stranger, backend, gateway, member):
    name, key = member
    backend.script(text("ok"))
    assert stranger.get("/test-connection", headers={"x-api-key": key}).json()["status"] == "success"
    (record,) = gateway.usage_records(1, client_name=name)
    assert record["kind"] == "test"


NEW_USER = """
from django.contrib.auth import get_user_model
from routing.models import Client
user = get_user_model().objects.create_user({name!r}, password="a-long-one-indeed")
Client.objects.filter(name={name!r}).update(user=user)
print(Client.objects.get(name={name!r}).keys.get().pk)
"""


@pytest.fixture
def browser(gateway, member):
    """A member who is logged in, and the address of their key's page."""
    name, _ = member
    number = gateway.manage("shell", "-c", NEW_USER.format(name=name)).split()[-1]
    with httpx.Client(base_url=gateway.url, timeout=30, trust_env=False, follow_redirects=True) as browser:
        browser.get("/usage/")
        sent = {"username": name, "password": "a-long-one-indeed", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        assert browser.post("/usage/login/", data=sent).status_code == 200
        yield browser, f"/usage/keys/{number}/"


def outcome(browser, page):
    sent = {"tier": "opus", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    return browser.post(f"{page}test/", data=sent).text


def test_a_member_tests_a_key_with_a_real_request(browser, backend, gateway, member):
    backend.script(text("ok, said the backend"))
    assert "ok, said the backend" in outcome(*browser)
    (record,) = gateway.usage_records(1, client_name=member[0])
    assert (record["kind"], record["state"], record["routed_model"]) == ("test", "closed", "big")


def test_a_member_is_told_the_backends_error(browser, backend):
    backend.script(error(400, "no such thing"))
    page = outcome(*browser)
    assert "That did not work" in page
    assert "no such thing" in page
