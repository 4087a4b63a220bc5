"""Passwords cannot be guessed in a row: after MOST_FAILURES from one address nobody can log in from there for a while.

It is the address that has to wait, never an account: whoever knows its name could otherwise lock its owner out. Each
process counts for itself, in Django's cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_FAILURES = 10
SECONDS = 15 * 60


class ThrottledBackend(ModelBackend):
    """Django's own check of passwords, for addresses that did not fail too often."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:  # Any: as Django has it
        place = f"failed-logins-{address(request)}"
        if cache.get(place, 0) >= MOST_FAILURES:
            raise PermissionDenied
        user = super().authenticate(request, username, password, **more)
        if user is None:
            cache.add(place, 0, SECONDS)
            cache.incr(place)
        return user


def address(request: HttpRequest | None) -> str:
    """The peer's, or what a trusted proxy says that it is (FORWARDED_ALLOW_IPS)."""
    found: str = request.META.get("REMOTE_ADDR", "") if request is not None else ""
    return found
