"""Who sees what: pages want a login, and find nothing but the clients and keys of who is logged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from routing.models import Client, ClientKey
from routing.models.people import ClientQuerySet

View = Callable[..., HttpResponseBase]


def members_only(view: View) -> View:
    """Leads to the login without one; what the view answers is kept by no cache, for it may hold a key."""
    return login_required(never_cache(view), login_url="usage:login")


def own_clients(request: HttpRequest) -> ClientQuerySet:
    return Client.objects.filter(user=request.user.pk).select_related("team")


def own_client(request: HttpRequest, number: int) -> Client:
    return get_object_or_404(own_clients(request), pk=number)


def own_key(request: HttpRequest, number: int) -> ClientKey:
    keys = ClientKey.objects.filter(client__user=request.user.pk).select_related("client__team")
    return get_object_or_404(keys, pk=number)


def page(request: HttpRequest, template: str, client: Client, **context: Any) -> HttpResponse:  # Any: for the template
    """A page about one client, from which all of the member's clients can be reached."""
    section = "overview" if template == "overview" else "keys"
    context = {"client": client, "clients": own_clients(request), "section": section, **context}
    return render(request, f"usage/{template}.html", context)
