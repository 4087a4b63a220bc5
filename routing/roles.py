"""Who may do what in the admin.

superuser     everything
key manager   clients and keys of the teams that they manage, and what these may spend, to look at: no backend, no
              mapping, no credential
everybody     their own usage (the pages of `accounting/`), no admin
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission

KEY_MANAGERS = "Key managers"
PERMISSIONS = (
    "view_team",
    "view_client",
    "add_client",
    "change_client",
    "view_clientkey",
    "add_clientkey",
    "change_clientkey",
    "view_budget",
    "view_limit",
)


def make_groups(using: str = "default", **_: Any) -> None:
    """Make the group of key managers, once; what an admin changes in it afterwards stays."""
    group, created = Group.objects.using(using).get_or_create(name=KEY_MANAGERS)
    if created:
        wanted = Permission.objects.using(using).filter(
            content_type__app_label__in=("routing", "accounting"), codename__in=PERMISSIONS
        )
        group.permissions.set(wanted)
