"""Keys that members issue to themselves and revoke, as far as an admin allows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from routing import keys
from routing.models import Client, ClientKey

USUAL_DAYS = 90


class NotIssued(Exception):
    """The client may have no further key now; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many usable keys a client may have, and for how many days its user issues them."""

    keys: int
    days: int

    @property
    def given(self) -> bool:
        return self.keys > 0


def allowance(client: Client) -> Allowance:
    """What the client's own row says goes before its team's."""
    team = client.team
    if not client.is_active or (team is not None and not team.is_active):
        return Allowance(0, USUAL_DAYS)
    number = client.self_service_keys
    if number is None:
        number = team.self_service_keys if team is not None else 0
    return Allowance(number, team.self_service_days if team is not None else USUAL_DAYS)


@transaction.atomic
def issue(client: Client, label: str) -> tuple[ClientKey, str]:
    """A key and its text, or `NotIssued`; two requests at once cannot bring a client above its number."""
    client = Client.objects.select_for_update(of=("self",)).select_related("team").get(pk=client.pk)
    allowed = allowance(client)
    if not allowed.given:
        raise NotIssued("Ask your administrator for a key: you cannot issue one yourself.")
    now = timezone.now()
    if ClientKey.objects.usable(now).filter(client=client).count() >= allowed.keys:
        raise NotIssued(f"You have {allowed.keys} usable keys, which is as many as you may have. Revoke one first.")
    return keys.issue(client, label=label, expires_at=now + timedelta(days=allowed.days))


def may_revoke(key: ClientKey) -> bool:
    """Keys from the environment would come back at the next start."""
    return key.revoked_at is None and not key.from_environment and allowance(key.client).given
