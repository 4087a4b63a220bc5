"""Rows get the cost that today's prices make for the time of their requests.

- A row is priced by what was valid when its request began, so running it twice changes nothing the second time.
- What the backend reported stays what it cost.
- A row keeps its cost where it knows better. Lists of backends have no past: what one said then is not replaced by what
  it says now. Where nobody knows a price any more, only a price of the admin that is gone makes the cost unknown, and
  not even that where the backend is gone, for its prices went with it.
- Open rows are left alone, for their journal will write them once more. Nobody else changes the cost of a closed
  row, so this may run beside the service.

Budgets count what a request cost when it ended; they do not change with its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from accounting.models import UsageQuerySet, UsageRecord
from accounting.prices.listed import BACKEND
from accounting.prices.rates import Charge, charge
from accounting.prices.rows import ADMIN
from accounting.prices.table import PriceTable, Subject
from accounting.rollups.due import note_hours
from conversion.usage import Usage
from routing.models import Backend

BATCH = 500
Progress = Callable[[int, int], None]
"""Told after each batch how many rows were looked at, and how many of them changed."""


@dataclass(slots=True)
class Sums:
    """Rows that got another cost, and what they came to before and after."""

    rows: int = 0
    before: Decimal = Decimal()
    after: Decimal = Decimal()
    unknown_before: int = 0
    unknown_after: int = 0

    def add(self, before: Decimal | None, after: Decimal | None) -> None:
        self.rows += 1
        self.before += before or 0
        self.after += after or 0
        self.unknown_before += before is None
        self.unknown_after += after is None

    def __iadd__(self, other: Sums) -> Sums:
        self.rows += other.rows
        self.before += other.before
        self.after += other.after
        self.unknown_before += other.unknown_before
        self.unknown_after += other.unknown_after
        return self


@dataclass(slots=True)
class Outcome:
    """How many rows were looked at, and what was changed, by model."""

    looked_at: int = 0
    changed: defaultdict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))

    @property
    def rows(self) -> int:
        return sum(sums.rows for sums in self.changed.values())


class Repricing:
    """One run over some rows. `write` is called with each batch of rows that changed."""

    def __init__(self, table: PriceTable, write: Callable[[Sequence[UsageRecord]], None]) -> None:
        self._table = table
        self._write = write
        self._dialects = {row.pk: row.effective_dialect for row in Backend.objects.all()}

    def run(self, records: UsageQuerySet, progress: Progress) -> Outcome:
        outcome = Outcome()
        for batch in batches(records.exclude(state=UsageRecord.State.OPEN)):
            changed = [record for record in batch if self._changes(record, outcome)]
            self._write(changed)
            outcome.looked_at += len(batch)
            progress(outcome.looked_at, outcome.rows)
        return outcome

    def _changes(self, record: UsageRecord, outcome: Outcome) -> bool:
        """Give the row its cost; whether that is another one."""
        before, charged = Charge(record.cost, record.price_source), self._charge(record)
        if charged == before:
            return False
        record.cost, record.price_source = charged
        record.export_number = None  # it is exported once more
        outcome.changed[f"{record.routed_model} at {record.backend_name}"].add(before.cost, charged.cost)
        return True

    def _charge(self, record: UsageRecord) -> Charge:
        dialect = self._dialects.get(record.backend_id or 0)
        gone = dialect is None
        subject = Subject(None if gone else record.backend_id, dialect or "", record.routed_model)
        rates = self._table.rates(subject, record.started_at.timestamp())
        before, now = Charge(record.cost, record.price_source), charge(rates, usage_of(record), record.state)
        return before if knows_better(before, now, gone) else now


def knows_better(before: Charge, now: Charge, gone: bool) -> bool:
    if before.cost is None:
        return False
    if now.cost is None:
        return gone or before.source != ADMIN
    return before.source == now.source == BACKEND


def batches(records: UsageQuerySet) -> Iterator[list[UsageRecord]]:
    """All of them in the order of their keys, however many there are, and whatever is added meanwhile."""
    rest = records.order_by("pk")
    batch = list(rest[:BATCH])
    while batch:
        yield batch
        batch = list(rest.filter(pk__gt=batch[-1].pk)[:BATCH])


def write_costs(records: Sequence[UsageRecord]) -> None:
    with transaction.atomic():
        UsageRecord.objects.bulk_update(records, ("cost", "price_source", "export_number"))
        note_hours(record.started_at for record in records)


def usage_of(record: UsageRecord) -> Usage:
    """What the row says was used."""
    return Usage(
        input_tokens=record.input_tokens,
        output_tokens=record.output_tokens,
        cache_read_input_tokens=record.cache_read_input_tokens,
        cache_creation_input_tokens=record.cache_creation_input_tokens,
        cache_creation_1h_input_tokens=record.cache_creation_1h_input_tokens,
        thinking_tokens=record.thinking_tokens,
        web_search_requests=record.web_search_requests,
        service_tier=record.service_tier,
        cost=str(record.reported_cost) if record.reported_cost is not None else None,
        estimated=record.estimated,
    )
