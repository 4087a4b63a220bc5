"""Summaries of prompts in the admin: what they are, cost and save."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting.models import UsageRecord
from routing.models import PromptSummary

pytestmark = pytest.mark.django_db

PAGE = "/admin/routing/promptsummary/"


@pytest.fixture
def admin(admin_client):
    return admin_client


def summary(**fields):
    usual = {"digest": uuid4().hex, "model": "small", "guidance": "be careful", "guidance_tokens": 3_000}
    return PromptSummary.objects.create(**{**usual, "text": "careful", "tokens": 20, **fields})


def test_the_list_shows_tokens_uses_and_cost(admin):
    request = uuid4()
    UsageRecord.objects.create(
        id=request, started_at="2026-11-25T00:00:00Z", kind="summary", cost=Decimal("0.0125"), state="closed"
    )
    summary(request_id=request, hits=1_234)
    shown = admin.get(PAGE).content.decode()
    assert all(text in shown for text in ("3,000", "20", "1,234", "0.012500", "made"))


def test_the_list_costs_the_same_however_long_it_is(admin):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(PAGE).status_code == 200
        return len(captured)

    summary()
    few = queries()
    for _ in range(5):
        summary()
    assert queries() == few


def test_a_failure_is_shown_with_its_reason(admin):
    summary(text="", failure="HTTP status 500")
    shown = admin.get(PAGE).content.decode()
    assert "failed" in shown
    assert "HTTP status 500" in shown


def test_a_page_shows_text_guidance_and_the_request(admin):
    row = summary(request_id=uuid4())
    shown = admin.get(f"{PAGE}{row.pk}/change/").content.decode()
    assert "be careful" in shown
    assert f"req_{row.request_id.hex}" in shown


def test_it_can_be_deleted_and_not_changed(admin):
    row = summary()
    assert admin.post(f"{PAGE}{row.pk}/change/", {"text": "mine"}).status_code == 403
    admin.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"})
    assert not PromptSummary.objects.exists()
