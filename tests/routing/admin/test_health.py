"""The states of backends in the admin, and mappings for some requests only."""

import pytest
from django.utils import timezone

from routing.models import BackendHealth, ModelMapping
from tests.routing import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def health():
    soon = timezone.now() + timezone.timedelta(minutes=5)
    row = factories.backend("lab")
    return BackendHealth.objects.create(backend=row, model="m", openings=2, open_until=soon, reason="HTTP 503")


def test_it_says_what_is_left_alone_and_why(superuser, health):
    page = superuser.get("/admin/routing/backendhealth/").content.decode()
    for text in ("lab", "left alone until", "HTTP 503"):
        assert text in page
    assert superuser.get(f"/admin/routing/backendhealth/{health.pk}/change/").status_code == 200


def test_it_is_closed_by_hand(superuser, health):
    before = health.revision
    superuser.post("/admin/routing/backendhealth/", {"action": "close", "_selected_action": [health.pk]})
    health.refresh_from_db()
    assert health.openings == 0
    assert health.revision != before
    assert "asked as usual" in superuser.get("/admin/routing/backendhealth/").content.decode()


def test_its_list_is_one_query_whatever_it_shows(superuser, health, django_assert_max_num_queries):
    for number in range(5):
        BackendHealth.objects.create(backend=factories.backend(), model=str(number))
    with django_assert_max_num_queries(8):  # sessions, users, counts and filters among them
        superuser.get("/admin/routing/backendhealth/")


@pytest.mark.parametrize(("above", "count"), [("", 1), ("150000", 2)], ids=["the same", "another condition"])
def test_two_mappings_for_the_same_names_differ_in_a_condition(superuser, above, count):
    factories.mapping("opus", kind="family")
    target = {"backend": factories.backend().pk, "model": "", "order": "0", "weight": "1", "is_enabled": "on"}
    inline = {f"targets-0-{name}": value for name, value in target.items()}
    forms = {"targets-TOTAL_FORMS": "1", "targets-INITIAL_FORMS": "0"}
    fields = {"kind": "family", "pattern": "opus", "is_enabled": "on", "when_input_above": above}
    superuser.post("/admin/routing/modelmapping/add/", {**fields, **forms, **inline})
    assert ModelMapping.objects.count() == count


def test_the_list_of_mappings_names_conditions_and_counts_targets(superuser):
    row = factories.mapping("opus", kind="family", model="big", when_thinking=True, when_input_above=150_000)
    row.targets.create(backend=factories.backend(), model="other", order=1)
    page = superuser.get("/admin/routing/modelmapping/").content.decode()
    assert "thinking, input above 150,000" in page
    assert "big and 1 more" in page
