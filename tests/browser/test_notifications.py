"""An admin sets up a notification, tries it, and looks at what was sent; light and dark."""

import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import leave_by, shown, submit
from tests.support.webhook_receiver import WebhookReceiver

pytestmark = pytest.mark.full


def test_a_notification_is_made_and_tried(pages, gateway, screenshot, request):
    with WebhookReceiver() as receiver:
        pages.get(f"{gateway.url}/admin/accounting/notification/add/")
        screenshot("form")
        submit(pages, "_save", name=request.node.name, url=receiver.url)
        pages.find_element(By.NAME, "_selected_action").click()
        pages.find_element(By.CSS_SELECTOR, "[name=action] option[value=send_test]").click()
        leave_by(pages, By.CSS_SELECTOR, ".actions [type=submit]")
        screenshot("tried")
        assert "the webhook took it" in shown(pages)
        assert [got.json["type"] for got in receiver.received] == ["test"]
    pages.get(f"{gateway.url}/admin/accounting/delivery/")
    screenshot("deliveries")
    assert "This is a message to try the notification" in shown(pages)
    assert pages.get_log("browser") == []
