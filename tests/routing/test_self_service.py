"""Keys that members issue to themselves: as many, and for as long, as an admin allows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from routing import keys, self_service
from routing.self_service import Allowance, NotIssued, allowance
from tests.routing import factories

pytestmark = pytest.mark.django_db

ALLOWANCES = {
    "nobody says anything": (None, None, Allowance(0, 90)),
    "the team": ({"self_service_keys": 2, "self_service_days": 30}, None, Allowance(2, 30)),
    "the client's own": (None, 3, Allowance(3, 90)),
    "the client before the team": ({"self_service_keys": 2, "self_service_days": 30}, 5, Allowance(5, 30)),
    "none for this one": ({"self_service_keys": 2}, 0, Allowance(0, 90)),
    "an inactive team": ({"self_service_keys": 2, "is_active": False}, 5, Allowance(0, 90)),
}


@pytest.mark.parametrize(("team", "own", "expected"), ALLOWANCES.values(), ids=ALLOWANCES)
def test_it_says_what_a_member_may(team, own, expected):
    client = factories.client(team=factories.team(**team) if team else None, self_service_keys=own)
    assert allowance(client) == expected


def test_an_inactive_client_may_nothing():
    assert not allowance(factories.client(self_service_keys=2, is_active=False)).given


def test_an_issued_key_ends_after_the_days_of_the_team():
    client = factories.client(team=factories.team(self_service_keys=1, self_service_days=7))
    key, text = self_service.issue(client, "laptop")
    assert keys.well_formed(text)
    assert timedelta(days=6) < key.expires_at - timezone.now() <= timedelta(days=7)


def test_it_issues_no_more_than_allowed():
    client = factories.client(self_service_keys=1)
    self_service.issue(client, "")
    with pytest.raises(NotIssued, match="Revoke one first"):
        self_service.issue(client, "")


def test_ended_keys_make_room():
    client = factories.client(self_service_keys=1)
    keys.revoke(factories.key(client)[0])
    factories.key(client, expires_at=timezone.now() - timedelta(hours=1))
    assert self_service.issue(client, "")


def test_it_issues_none_where_nobody_allowed_it():
    with pytest.raises(NotIssued, match="Ask your administrator"):
        self_service.issue(factories.client(), "")


def test_it_believes_the_database_rather_than_an_old_row():
    client = factories.client(self_service_keys=1)
    type(client).objects.filter(pk=client.pk).update(self_service_keys=0)
    with pytest.raises(NotIssued):
        self_service.issue(client, "")


@pytest.mark.parametrize(
    ("allowed", "fields", "expected"),
    [(1, {}, True), (0, {}, False), (1, {"from_environment": True}, False), (1, {"revoked_at": timezone.now()}, False)],
    ids=["allowed", "not allowed", "from the environment", "revoked"],
)
def test_it_says_which_keys_a_member_may_revoke(allowed, fields, expected):
    key, _ = factories.key(factories.client(self_service_keys=allowed))
    for name, value in fields.items():
        setattr(key, name, value)
    assert self_service.may_revoke(key) is expected
