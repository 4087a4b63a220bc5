"""An admin gives a mapping conditions, and sees which backends are left alone; light and dark."""

import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import follow, leave_by, shown

pytestmark = pytest.mark.full

IN_TROUBLE = """
from datetime import timedelta
from django.utils import timezone
from routing.models import Backend, BackendHealth
until = timezone.now() + timedelta(hours=1)
values = {"openings": 3, "open_until": until, "reason": "Overloaded: no capacity left in this region"}
BackendHealth.objects.update_or_create(backend=Backend.objects.first(), model="openai/gpt-5.4", defaults=values)
"""


AT_REST = """
from datetime import timedelta
from django.utils import timezone
from routing.models import Backend, BackendCredential, CredentialRest
backend = Backend.objects.get_or_create(name="two-accounts", base_url="http://lab.test/v1", max_concurrent=12)[0]
for label in ("first account", "second account"):
    credential = BackendCredential.objects.get_or_create(backend=backend, label=label, sealed="env:LAB", hint="env:LAB")[0]
values = {"until": timezone.now() + timedelta(hours=1), "reason": "HTTP 402: this account has no credit left"}
CredentialRest.objects.update_or_create(credential=credential, defaults=values)
"""


def test_a_model_that_is_left_alone_is_asked_again_by_hand(pages, gateway, screenshot):
    gateway.manage("shell", "-c", IN_TROUBLE)
    pages.get(f"{gateway.url}/admin/routing/backendhealth/")
    screenshot("left-alone")
    assert "left alone until" in shown(pages)
    pages.find_element(By.NAME, "_selected_action").click()
    pages.find_element(By.CSS_SELECTOR, "[name=action] option[value=close]").click()
    leave_by(pages, By.CSS_SELECTOR, ".actions [type=submit]")
    screenshot("as-usual")
    assert "asked as usual" in shown(pages)
    assert pages.get_log("browser") == []


def test_a_credential_that_rests_is_used_again_by_hand(pages, gateway, screenshot):
    gateway.manage("shell", "-c", AT_REST)
    pages.get(f"{gateway.url}/admin/routing/backend/")
    screenshot("seats")
    assert "0 of 12" in shown(pages)
    follow(pages, "two-accounts")
    pages.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    screenshot("credentials")
    assert "no credit left" in shown(pages)
    pages.get(f"{gateway.url}/admin/routing/credentialrest/")
    screenshot("at-rest")
    assert "rests until" in shown(pages)
    pages.find_element(By.NAME, "_selected_action").click()
    pages.find_element(By.CSS_SELECTOR, "[name=action] option[value=end]").click()
    leave_by(pages, By.CSS_SELECTOR, ".actions [type=submit]")
    assert "used as usual again" in shown(pages)
    assert pages.get_log("browser") == []


def test_the_form_of_a_mapping_explains_conditions_and_targets(pages, gateway, screenshot):
    pages.get(f"{gateway.url}/admin/routing/modelmapping/add/")
    for summary in pages.find_elements(By.CSS_SELECTOR, "fieldset summary"):
        summary.click()
    screenshot("conditions")
    assert "All that is chosen here must hold" in shown(pages)
    pages.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    screenshot("targets")
    assert pages.get_log("browser") == []
