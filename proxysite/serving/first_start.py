"""The first admin and the first client key: made where there is none, and told once."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from proxysite.environment import text
from routing import keys
from routing.models import Client, ClientKey

ADMIN = "admin"
FIRST_CLIENT = "first-client"


def make_admin() -> str | None:
    """The password of the admin that was made; None: there is one already."""
    users = get_user_model()._default_manager
    if users.filter(Q(is_superuser=True) | Q(username=ADMIN)).exists():
        return None
    password = text("ADMIN_PASSWORD") or secrets.token_urlsafe(12)
    users.create_superuser(ADMIN, password=password)
    return password


def issue_first_key() -> str | None:
    """A client key; None: there is a usable one already, or an admin switched the first client off."""
    if ClientKey.objects.usable(timezone.now()).exists():
        return None
    client, _ = Client.objects.get_or_create(name=FIRST_CLIENT)
    return keys.issue(client, label="first start")[1] if client.is_active else None
