"""Resting credentials in the admin: what rests and why, without what the credential is."""

import pytest
from django.utils import timezone

from routing.models import CredentialRest
from tests.routing import factories

pytestmark = pytest.mark.django_db

SECRET = "sk-or-v1-0123456789abcdef-WXYZ"
LIST = "/admin/routing/credentialrest/"


def rest(name="", **fields):
    credential = factories.credential_of(factories.backend(name), SECRET, label="second account")
    soon = timezone.now() + timezone.timedelta(minutes=5)
    return CredentialRest.objects.create(credential=credential, **{"until": soon, "reason": "no credit", **fields})


@pytest.mark.parametrize("page", ["list", "row", "backend"])
def test_it_says_what_rests_and_why(superuser, page):
    row = rest("lab")
    pages = {
        "list": LIST,
        "row": f"{LIST}{row.pk}/change/",
        "backend": f"/admin/routing/backend/{row.credential.backend_id}/change/",
    }
    shown = superuser.get(pages[page]).content.decode()
    for text in ("lab", "rests until", "no credit"):
        assert text in shown
    assert SECRET not in shown


def test_what_is_over_does_not_rest(superuser):
    rest(until=timezone.now())
    shown = superuser.get(LIST).content.decode()
    assert "used as usual" in shown
    assert "rests until" not in shown.partition("<tbody>")[2]


def test_it_is_ended_by_hand(superuser):
    row = rest()
    response = superuser.post(LIST, {"action": "end", "_selected_action": [row.pk]}, follow=True)
    assert "1 credential is used as usual again" in response.content.decode()
    assert not CredentialRest.objects.exists()


def test_nobody_adds_or_changes_one(superuser):
    row = rest()
    assert superuser.get(f"{LIST}add/").status_code == 403
    assert superuser.post(f"{LIST}{row.pk}/change/", {}).status_code == 403


def test_its_list_is_one_query_whatever_it_shows(superuser, django_assert_max_num_queries):
    for _ in range(5):
        rest()
    with django_assert_max_num_queries(8):  # sessions, users, counts and filters among them
        superuser.get(LIST)
