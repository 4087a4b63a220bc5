"""`manage.py issue_key NAME`: a client key for a new or an existing client, alone on stdout as the last line."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from routing import keys
from routing.models import Client, Team
from routing.validators import validate_moment


class Command(BaseCommand):
    help = "Issue a client key. The key is the last line on stdout, everything else goes to stderr."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the client: a person, a machine, a pipeline; made where there is none")
        parser.add_argument("--team", help="the team of a new client; made where there is none")
        parser.add_argument("--expires", help="a date (2027-01-31, its end) or a number of days (90d); never otherwise")
        parser.add_argument("--label", default="", help="what the key is used for")

    @transaction.atomic
    def handle(self, *, name: str, team: str | None, expires: str | None, label: str, **_: Any) -> None:
        expires_at = expiry(expires) if expires else None
        client = client_named(name.strip(), team.strip() if team else None)
        key, text = keys.issue(client, label=label, expires_at=expires_at)
        until = f"until {timezone.localtime(expires_at):%Y-%m-%d %H:%M %Z}" if expires_at else "until it is revoked"
        self.stderr.write(f"Key {key} of {client} is valid {until}. It is shown only now:")
        self.stdout.write(text)


def client_named(name: str, team: str | None) -> Client:
    """The client of that name; one of another team is not moved by the way."""
    client = Client.objects.filter(name=name).select_related("team").first()
    if client is None:
        client = Client(name=name, team=team_named(team) if team else None)
        saved(client)
    elif team and (client.team is None or client.team.name != team):
        raise CommandError(f"Client {client} is in {f'team {client.team}' if client.team else 'no team'}.")
    if not client.is_active:
        raise CommandError(f"Client {client} is not active: its keys are refused.")
    return client


def team_named(name: str) -> Team:
    team = Team.objects.filter(name=name).first()
    if team is None:
        team = Team(name=name)
        saved(team)
    if not team.is_active:
        raise CommandError(f"Team {team} is not active: its keys are refused.")
    return team


def saved(row: Client | Team) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise CommandError("; ".join(error.messages)) from error
    row.save()


def expiry(text: str) -> datetime:
    """The end of that day, or that many days from now."""
    try:
        expires_at = moment(text)
        validate_moment(expires_at)
    except (ValueError, OverflowError):
        raise CommandError("--expires takes a date such as 2027-01-31, or a number of days such as 90d.") from None
    except ValidationError as error:
        raise CommandError(f"--expires {text}: {error.message}") from None
    if expires_at <= timezone.now():
        raise CommandError(f"--expires {text} is in the past.")
    return expires_at


def moment(text: str) -> datetime:
    if text.endswith("d") and text[:-1].isdecimal():
        return timezone.now() + timedelta(days=int(text[:-1]))
    if date := parse_date(text):
        return timezone.make_aware(datetime.combine(date, time.max))
    raise ValueError(text)
