"""An admin chooses models, tests a backend and a mapping, and asks where a request would go; light and dark."""

import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import leave_by, shown, submit

pytestmark = pytest.mark.full

FIRST = "from routing.models import {0}; print({0}.objects.filter(from_environment=True).first().pk)"


def first(gateway, model):
    return gateway.manage("shell", "-c", FIRST.format(model)).splitlines()[-1]


def theme_of(pages):
    return "dark" if pages.execute_script("return matchMedia('(prefers-color-scheme: dark)').matches") else "light"


def test_models_are_chosen_from_the_backends_list(pages, gateway, screenshot):
    pages.get(f"{gateway.url}/admin/routing/backend/{first(gateway, 'Backend')}/models/")
    box = pages.find_element(By.CSS_SELECTOR, "[name=chosen]")
    wanted = not box.is_selected()
    box.click()
    pages.find_element(By.NAME, "others").send_keys("deployment-of-ours")
    screenshot(f"choose-{theme_of(pages)}")
    leave_by(pages, By.CSS_SELECTOR, ".choose-models [type=submit]")
    assert "offered." in shown(pages)
    assert "deployment-of-ours" in shown(pages)
    assert pages.find_element(By.CSS_SELECTOR, "[name=chosen]").is_selected() or not wanted
    assert pages.get_log("browser") == []


@pytest.mark.parametrize(("model", "path"), [("Backend", "backends"), ("ModelMapping", "mappings")])
def test_a_backend_and_a_mapping_are_tested(pages, gateway, screenshot, model, path):
    pages.get(f"{gateway.url}/admin/{path}/{first(gateway, model)}/test/")
    leave_by(pages, By.CSS_SELECTOR, "#content-main [type=submit], #content [value=Ask]")
    screenshot(f"{path}-{theme_of(pages)}")
    assert "✓ answered" in shown(pages)
    assert pages.get_log("browser") == []


def test_it_is_explained_where_a_request_would_go(pages, gateway, screenshot):
    pages.get(f"{gateway.url}/admin/explain/?model=claude-opus-5-5")
    pages.set_window_size(1280, 1800)
    screenshot(f"explain-{theme_of(pages)}")
    told = shown(pages)
    assert "wins" in told
    assert '"messages"' in told
    assert pages.get_log("browser") == []
    submit(pages, model="claude-haiku-5-5", request="{}")
    screenshot(f"explain-wrong-{theme_of(pages)}")
    assert "messages: Field required" in shown(pages)
