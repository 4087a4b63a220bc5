"""A model's page says how well its tokens are estimated."""

import pytest

from routing.calibration import MINIMUM_SAMPLES, learn
from tests.routing import factories


@pytest.fixture
def row(superuser):
    return factories.backend_model(factories.backend(), "m")


def page_of(superuser, row):
    return superuser.get(f"/admin/routing/backendmodel/{row.pk}/change/").content.decode()


def test_it_says_that_nothing_is_known(superuser, row):
    assert page_of(superuser, row).count("nothing learned yet") == 2


def test_it_says_what_was_learned(superuser, row):
    learn(row.backend_id, "m", "estimate", [1.25] * MINIMUM_SAMPLES)
    learn(row.backend_id, "m", "count", [0.5])
    page = page_of(superuser, row)
    assert "factor 1.25, error 20.0 %, learned from 20 requests" in page
    assert "factor 0.60, error 100.0 %, learned from 1 request" in page
