"""Forms that hold for one sending: to reload the page that answered one is to send it again."""

from __future__ import annotations

import secrets

from django import forms
from django.http import HttpRequest

NAME = "once"
SPENT = "spent_forms"
"""Where the session keeps which forms were sent, and what came of them."""
REMEMBERED = 50


def field() -> forms.CharField:
    return forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


def new_value() -> str:
    return secrets.token_urlsafe(16)


def outcome(request: HttpRequest) -> str | None:
    """What came of this form when it was sent before; nothing if it was not."""
    known: str | None = request.session.get(SPENT, {}).get(request.POST.get(NAME))
    return known


def spend(request: HttpRequest, outcome: str) -> None:
    """Remember that the form was sent; the oldest ones are forgotten."""
    if value := request.POST.get(NAME):
        spent = {**request.session.get(SPENT, {}), value: outcome}
        request.session[SPENT] = dict(list(spent.items())[-REMEMBERED:])
