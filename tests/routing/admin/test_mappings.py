"""Mappings in the admin."""

import pytest

from routing.models import ModelMapping
from tests.routing import factories

NOWHERE = "Nothing that it leads to is enabled"


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        pytest.param({"targets-0-is_enabled": "on"}, False, id="a target"),
        pytest.param({}, True, id="a target that is switched off"),
        pytest.param({"targets-TOTAL_FORMS": "0"}, True, id="no target"),
    ],
)
def test_a_mapping_that_leads_nowhere_is_told_of(superuser, fields, warned):
    form = {
        "kind": "exact",
        "pattern": "big",
        "is_enabled": "on",
        "when_input_above": "0",
        "targets-TOTAL_FORMS": "1",
        "targets-INITIAL_FORMS": "0",
        "targets-0-backend": factories.backend().pk,
        "targets-0-order": "0",
        "targets-0-weight": "1",
    }
    page = superuser.post("/admin/routing/modelmapping/add/", {**form, **fields}, follow=True).content.decode()
    assert (NOWHERE in page) == warned
    assert ModelMapping.objects.count() == 1
