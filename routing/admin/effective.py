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
from routing.origins import habits_of
from routing.resolve import route
from routing.table import MappingEntry, RoutingTable, TargetEntry


def shown_backend(backend: Backend) -> SafeString:
    profile = loading.backend_entry(backend, ()).profile
    return format_html("<p>dialect {}</p>{}", profile.dialect, shown_habits(profile))


def shown_destination(backend: Backend, model: str) -> SafeString:
    """What a request for this model of this backend is converted for, and who says so."""
    table = RoutingTable(models=loading.models([backend.pk]), habits=lessons.learned([backend.pk]))
    target = TargetEntry(loading.backend_entry(backend, ()), model)
    way = route(table, MappingEntry("", "exact", (target,)), target, model)
    found = way.destination
    told = ((habit.name, habit.value, habit.origin) for habit in habits_of(table, way))
    return format_html(
        "<p>{} at {}: dialect {}, context window {}, output tokens {}</p><ul>{}</ul>",
        model,
        backend,
        found.profile.dialect,
        f"{found.context_window:,}" if found.context_window else "unknown",
        f"{found.max_output_tokens:,}" if found.max_output_tokens else asked_at_most(found),
        format_html_join("", '<li>{}: {} <span class="small quiet">{}</span></li>', told),
    )


def asked_at_most(found: Destination) -> str:
    return f"unknown, at most {found.max_tokens_limit:,} are asked for"


def shown_habits(profile: BackendProfile) -> SafeString:
    """The habits in which it differs from a backend of which nothing is known."""
    usual, own = asdict(BackendProfile()), asdict(profile)
    different = [(name, own[name]) for name in habits() if own[name] != usual[name]]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", different))
