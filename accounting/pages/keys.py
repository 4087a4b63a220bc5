"""A member's keys: which there are, how to connect with one; where an admin allows it, a new one, and the end of one.

Each change is a POST and leaves an entry in the admin's log.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounting.pages.access import own_client, own_key, page
from routing import keys, self_service
from routing.admin import single_use
from routing.claude_code.instructions import instructions, public_url
from routing.models import Client, ClientKey


class IssueForm(forms.Form):
    label = forms.CharField(max_length=100, required=False, help_text="What it is for, such as “laptop” or “CI”.")
    once = single_use.field()


def list_keys(request: HttpRequest, number: int) -> HttpResponse:
    client = own_client(request, number)
    return keys_page(request, client, IssueForm(initial={single_use.NAME: single_use.new_value()}))


def keys_page(request: HttpRequest, client: Client, form: IssueForm) -> HttpResponse:
    context: dict[str, Any] = {
        "keys": client.keys.all(),
        "usable": ClientKey.objects.usable(timezone.now()).filter(client=client).count(),
        "allowance": self_service.allowance(client),
        "form": form,
    }
    return page(request, "keys", client, **context)


@require_POST
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """The only page that ever shows the key: the response to the POST that made it."""
    client = own_client(request, number)
    if issued := single_use.outcome(request):
        messages.warning(request, f"Key {issued} was issued already and is not shown again. If you lost it, revoke it.")
        return redirect("usage:keys", client.pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return keys_page(request, client, form)
    try:
        key, text = self_service.issue(client, form.cleaned_data["label"])
    except self_service.NotIssued as refusal:
        messages.error(request, str(refusal))
        return redirect("usage:keys", client.pk)
    single_use.spend(request, str(key))
    log(request, key, ADDITION, "Issued by its own user.")
    return page(request, "issued", client, key=key, text=text, instructions=told(request, key, text))


def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Asks first; final when confirmed."""
    key = own_key(request, number)
    if not self_service.may_revoke(key):
        raise PermissionDenied
    if request.method != "POST":
        return page(request, "revoke", key.client, key=key)
    if keys.revoke(key):
        log(request, key, CHANGE, "Revoked by its own user.")
        messages.success(request, f"Key {key} was revoked: it is refused from now on.")
    return redirect("usage:keys", key.client_id)


def connect(request: HttpRequest, number: int) -> HttpResponse:
    key = own_key(request, number)
    own = {"may_revoke": self_service.may_revoke(key), "instructions": told(request, key)}
    return page(request, "connect", key.client, key=key, **own)


def told(request: HttpRequest, key: ClientKey, *text: str) -> dict[str, Any]:
    """For the templates: how to connect, and where the status line's script is."""
    base_url = public_url(request)
    found = instructions(key.client, base_url, *text)
    return {"of": found, "script_url": base_url + reverse("usage:statusline")}


def log(request: HttpRequest, key: ClientKey, action: int, text: str) -> None:
    """An entry in the admin's log, which shows it with the key."""
    assert request.user.pk is not None
    LogEntry.objects.log_actions(request.user.pk, [key], action, text, single_object=True)
