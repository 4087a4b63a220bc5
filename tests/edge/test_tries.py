"""A superuser tests a backend and a mapping: one real request to each target, and what truly came of it."""

import re
from contextlib import contextmanager
from html import unescape
from itertools import count

import httpx
import pytest

from tests.support.answers import text, usage
from tests.support.scripted_backend import error

NUMBERS = count(1)
ROWS = """
from routing.models import Backend, MappingTarget, ModelMapping
backend = Backend.objects.create(name={name!r}, base_url={url!r}, is_enabled=False)
mapping = ModelMapping.objects.create(kind="exact", pattern={name!r})
for order, model in enumerate(("first", "second")):
    MappingTarget.objects.create(mapping=mapping, backend=backend, model=model, order=order)
print(backend.pk, mapping.pk)
"""
STAFF = """
from django.contrib.auth import get_user_model
get_user_model().objects.create_user("clerk", password="a-long-one-indeed", is_staff=True)
"""


@contextmanager
def logged_in(gateway, name, password):
    """A browser of this user."""
    with httpx.Client(base_url=gateway.url, timeout=60, trust_env=False) as browser:
        browser.get("/admin/login/")
        fields = {"username": name, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        response = browser.post("/admin/login/?next=/admin/", data=fields)
        assert response.status_code == 302, response.text
        yield browser


@pytest.fixture
def admin(gateway):
    password = re.search(r"user admin, password (\S+)", gateway.output())[1]
    with logged_in(gateway, "admin", password) as browser:
        yield browser


@pytest.fixture
def rows(gateway, backend):
    """The ids of a backend that is switched off, and of a mapping to two of its models."""
    name = f"tried-{next(NUMBERS)}"
    printed = gateway.manage("shell", "-c", ROWS.format(name=name, url=backend.base_url))
    return [int(number) for number in printed.splitlines()[-1].split()]


def asked(browser, page, model):
    """The rows of the table that says what came of it, as texts."""
    fields = {"model": model, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    response = browser.post(page, data=fields)
    assert response.status_code == 200
    table = re.search(r"<tbody>(.*)</tbody>", response.text, re.DOTALL)[1]
    return [
        " ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in re.split(r"</tr>", table) if row.strip()
    ]


def test_a_backend_is_asked_by_its_own_name_for_a_model(admin, backend, rows):
    backend.script(text("ok", usage=usage(prompt=17, completion=3)))
    (told,) = asked(admin, f"/admin/backends/{rows[0]}/test/", "some/model")
    assert backend.requests[0].json["model"] == "some/model"
    assert "✓ answered" in told
    assert "17 read, 3 written" in told
    assert re.search(r"\d+ ms", told)


def test_a_test_is_a_row_of_its_kind_that_names_the_admin_and_can_be_looked_at(admin, backend, rows, gateway):
    backend.script(text("ok"))
    asked(admin, f"/admin/backends/{rows[0]}/test/", "counted")
    (row,) = gateway.usage_records(1, routed_model="counted")
    assert (row["kind"], row["client_name"], row["state"]) == ("test", "admin admin", "closed")
    page = admin.get(f"/admin/accounting/usagerecord/{row['id']}/change/")
    assert page.status_code == 200
    assert "admin admin" in page.text


def test_a_refusal_is_told_in_the_backends_words(admin, backend, rows):
    backend.script(error(401, "Incorrect API key provided"))
    (told,) = asked(admin, f"/admin/backends/{rows[0]}/test/", "m")
    assert "✗" in told
    assert "Incorrect API key provided" in told
    assert "answered" not in told


def test_every_target_of_a_mapping_is_asked(admin, backend, rows):
    def reply(request):
        return text("fine") if request.json["model"] == "first" else error(400, "no such model")

    backend.script_with(reply)
    first, second = asked(admin, f"/admin/mappings/{rows[1]}/test/", "any")
    assert "→ first" in first
    assert "✓ answered fine" in first
    assert "→ second" in second
    assert "no such model" in second


def test_to_open_the_page_asks_nobody(admin, backend, rows):
    assert admin.get(f"/admin/backends/{rows[0]}/test/").status_code == 200
    assert not backend.requests


def test_it_is_for_superusers_only(gateway, backend, rows):
    gateway.manage("shell", "-c", STAFF)
    with logged_in(gateway, "clerk", "a-long-one-indeed") as clerk:
        for page in (f"/admin/backends/{rows[0]}/test/", f"/admin/mappings/{rows[1]}/test/"):
            fields = {"model": "m", "csrfmiddlewaretoken": clerk.cookies["csrftoken"]}
            assert clerk.post(page, data=fields).status_code == 403
    assert not backend.requests
