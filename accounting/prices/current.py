"""The prices in the memory of this process, kept as new as the database by the thread of the routing snapshot."""

from __future__ import annotations

import threading

from django.db.models import Sum

from accounting.models import Price
from accounting.prices.rates import Rates
from accounting.prices.rows import AdminPrices
from accounting.prices.table import PriceTable, Subject
from routing import loading, public_models, snapshot
from routing.models import Backend
from routing.table import Route, RoutingTable

LOAD_SECONDS = 10.0
"""How long a process may wait for the catalogue before its first request, on a machine with other things to do."""


class CurrentPrices:
    """The table, and what it was made of."""

    def __init__(self) -> None:
        self.table = PriceTable(AdminPrices(()), {})
        self._revisions: int | None = None
        self._routing: RoutingTable | None = None

    def refresh(self) -> None:
        """Make another table if anything changed."""
        revisions = Price.objects.aggregate(sum=Sum("revision", default=0))["sum"]
        routing = snapshot.current()
        if revisions == self._revisions and routing is self._routing:
            return
        self._load_catalogue()
        admin = self.table.admin if revisions == self._revisions else AdminPrices(Price.objects.all())
        self.table = PriceTable(admin, routing.models)
        self._revisions, self._routing = revisions, routing

    def _load_catalogue(self) -> None:
        """In a thread, for those who wait for a new key wait for this one; only the first request waits for it."""
        if public_models.is_loaded():
            return
        if not any(row.effective_dialect in public_models.PROVIDERS for row in Backend.objects.enabled()):
            return
        thread = threading.Thread(target=public_models.load, name="price catalogue", daemon=True)
        thread.start()
        if self._routing is None:
            thread.join(LOAD_SECONDS)


_current = CurrentPrices()


def refresh() -> None:
    """For `routing.snapshot.follow`."""
    _current.refresh()


def rates_for(route: Route, at: float) -> Rates | None:
    """What a request that goes this way at this time costs, None where nobody knows; a look-up in memory."""
    return _current.table.rates(Subject(route.backend.id, route.backend.dialect, route.model), at)


def whole_table() -> PriceTable:
    """All prices, read from the database and the catalogue now: for commands and pages, which may wait."""
    public_models.load()
    models = loading.models(Backend.objects.values_list("pk", flat=True))
    return PriceTable(AdminPrices(Price.objects.all()), models)
