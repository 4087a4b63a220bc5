"""Who searches the web, and a search to try it."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from conversion.search.offer import SearchTerms
from conversion.search.results import SearchFailed
from routing.admin.rows import RowAdmin
from routing.admin.secret_form import SecretForm
from routing.loading import search_entry
from routing.models import SearchEngine
from routing.search import search

TRIED = "Anthropic Messages API"


class SearchEngineForm(SecretForm):
    """Who stands in between may have a key of its own."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        named = given.get("secret") or self.instance.sealed or given.get("base_url")
        if given.get("kind") != SearchEngine.Kind.SEARXNG and not named and "secret" not in self.errors:
            self.add_error("secret", "This engine answers nobody without a key.")
        return given


@admin.register(SearchEngine)
class SearchEngineAdmin(RowAdmin[SearchEngine]):
    list_display = ("__str__", "base_url", "hint", "is_enabled")
    list_filter = ("kind", "is_enabled")
    list_select_related = ("team",)
    form = SearchEngineForm
    fields = ("kind", "base_url", "team", "hint", "secret", "is_enabled")
    readonly_fields = ("hint",)
    actions = ("try_search",)

    @admin.action(description="Search for something, to try it", permissions=["change"])
    def try_search(self, request: HttpRequest, queryset: QuerySet[SearchEngine]) -> None:
        for engine in queryset.select_related("team"):
            entry = search_entry(engine)
            try:
                pages = async_to_sync(search)(entry, TRIED, SearchTerms())
            except SearchFailed as failure:
                self.message_user(request, f"{engine}: {failure.code.replace('_', ' ')}", messages.ERROR)
                continue
            first = f", the first is {pages[0].url}" if pages else ""
            self.message_user(request, f"{engine}: {len(pages)} pages for {TRIED!r}{first}", messages.SUCCESS)
