"""The button “test my key”: one tiny real request in the member's name, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounting.pages.access import View, own_key, page
from routing import loading
from routing.claude_code.tiers import SENT, tiers_of
from routing.models import ClientKey
from routing.table import KeyEntry


@dataclass(frozen=True, slots=True)
class Tested:
    """How a test ended: with the model's answer, or with the error that a client would be told."""

    model: str
    succeeded: bool
    text: str
    milliseconds: int


Ask = Callable[[KeyEntry, str], Awaitable[Tested]]
"""Asks a model, by its name, as the owner of that key; the service's edge knows how."""


def key_test_view(ask: Ask) -> View:
    """The view that tests keys in this way."""

    @require_POST
    def test_key(request: HttpRequest, number: int) -> HttpResponse:
        key = own_key(request, number)
        tier = request.POST.get("tier", "haiku")
        model = model_of(key, tier)
        if refusal := refused(key):
            tested = Tested(model, succeeded=False, text=refusal, milliseconds=0)
        else:
            tested = async_to_sync(ask)(loading.key_entry(key), model)
        return page(request, "tested", key.client, key=key, tier=tier, tested=tested)

    return test_key


def model_of(key: ClientKey, tier: str) -> str:
    """What Claude Code would ask for with this key."""
    models = {each.name: each.model for each in tiers_of(key.client)}
    return models.get(tier, SENT["haiku"])


def refused(key: ClientKey) -> str:
    """Why the service does not take this key; empty if it does."""
    client, team = key.client, key.client.team
    if key.state != "active":
        return f"This key is {key.state}: the service refuses it. Use another one."
    if not client.is_active or (team is not None and not team.is_active):
        return "Your administrator has switched off the keys of this client or of its team."
    return ""
