"""What the rows of a backend and of a model come to, for people: dialect, limits, habits."""

from __future__ import annotations

from dataclasses import asdict

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversion.destination import Destination
from conversion.profiles import BackendProfile
from routing import lessons, loading
from routing.dialects import habits
from routing.models import Backend
from routing.resolve import route
from routing.table import MappingEntry, RoutingTable, TargetEntry


def destination(backend: Backend, model: str) -> Destination:
    """What a request for this model of this backend is converted for."""
    table = RoutingTable(models=loading.models([backend.pk]), habits=lessons.learned([backend.pk]))
    target = TargetEntry(loading.backend_entry(backend, ()), model)
    return route(table, MappingEntry("", "exact", (target,)), target, model).destination


def shown_backend(backend: Backend) -> SafeString:
    profile = loading.backend_entry(backend, ()).profile
    return format_html("<p>dialect {}</p>{}", profile.dialect, shown_habits(profile))


def shown_destination(backend: Backend, model: str) -> SafeString:
    found = destination(backend, model)
    return format_html(
        "<p>{} at {}: dialect {}, context window {}, output tokens {}</p>{}",
        model,
        backend,
        found.profile.dialect,
        f"{found.context_window:,}" if found.context_window else "unknown",
        f"{found.max_output_tokens:,}" if found.max_output_tokens else asked_at_most(found),
        shown_habits(found.profile),
    )


def asked_at_most(found: Destination) -> str:
    return f"unknown, at most {found.max_tokens_limit:,} are asked for"


def shown_habits(profile: BackendProfile) -> SafeString:
    """The habits in which it differs from a backend of which nothing is known."""
    usual, own = asdict(BackendProfile()), asdict(profile)
    different = [(name, own[name]) for name in habits() if own[name] != usual[name]]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", different))
