"""Pages of a table too large to be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator  # generic in the stubs only

COUNT_LIMIT = 10_000


class BoundedPaginator(AnyPaginator):
    """Counts as far as people turn pages; what lies beyond is found with filters."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list  # Any: a queryset of whatever model
        counted: int = rows.order_by()[:COUNT_LIMIT].count()
        return counted
