"""All that somebody is told who connects Claude Code: the same on every page and in the command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from routing import loading
from routing.claude_code.setups import Setup, setups
from routing.claude_code.tiers import Tier, tiers_of
from routing.claude_code.variables import DISCOVERY, NO_AUTO_MODE, PLACEHOLDER, Variable, variables
from routing.models import Client


@dataclass(frozen=True, slots=True)
class Instructions:
    variables: Sequence[Variable]
    setups: Sequence[Setup]
    tiers: Sequence[Tier]
    remarks: Sequence[str]


def instructions(client: Client, base_url: str, key: str = PLACEHOLDER) -> Instructions:
    found = tiers_of(client)
    wanted = variables(base_url, key, found)
    judged = loading.judge_entry(client, client.team) is not None
    return Instructions(wanted, setups(wanted), found, [DISCOVERY] if judged else [DISCOVERY, NO_AUTO_MODE])


def public_url(request: HttpRequest) -> str:
    """Where clients reach this service, as the admin says or else as the page was reached."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
