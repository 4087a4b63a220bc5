"""The pages keep their own Content-Security-Policy: nothing inline, nothing from elsewhere."""

import pytest

pytestmark = pytest.mark.full

PAGES = [
    "admin/",
    "admin/routing/clientkey/add/",
    "admin/routing/backend/add/",
    "admin/routing/modelmapping/add/",
    "admin/accounting/usagerecord/",
    "admin/password_change/",
    "docs",
]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks_the_policy_that_it_comes_with(admin, gateway, page):
    admin.get_log("browser")  # what earlier pages said
    admin.get(f"{gateway.url}/{page}")
    said = [entry["message"] for entry in admin.get_log("browser")]
    assert not [message for message in said if "Content Security Policy" in message or "Refused" in message]


def test_the_policy_is_there(admin, gateway):
    policy = admin.execute_async_script(
        "const done = arguments[0]; fetch(location.href).then(r => done(r.headers.get('content-security-policy')))"
    )
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
