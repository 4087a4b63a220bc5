"""A row is priced by what its journal says, whoever brings it into the table."""

from decimal import Decimal

import pytest

from accounting.adoption import adopt_abandoned
from accounting.journal import Journal
from accounting.models import UsageRecord
from accounting.usage_table import store
from tests.accounting.prices.samples import rates, usage
from tests.accounting.samples import begun, closing, entry, opening

pytestmark = pytest.mark.django_db


def booked(request):
    return UsageRecord.objects.values_list("cost", "price_source").get(pk=request.request_id)


def test_an_open_row_costs_what_it_came_to_so_far():
    request = opening(backend_id=1, estimated_input_tokens=1000, rates=rates())
    store([entry(request, output_tokens=10)], "")
    assert booked(request) == (Decimal("0.0021"), "admin")


def test_a_closed_row_costs_what_was_used():
    request = opening(backend_id=1, rates=rates("catalogue"))
    store([entry(request, closing(usage=usage(1000, 100, cached=500)))], "")
    assert booked(request) == (Decimal("0.004"), "catalogue")


def test_a_row_without_a_price_has_no_cost():
    request = opening(backend_id=1)
    store([entry(request, closing(usage=usage(1000, 100)))], "")
    assert booked(request) == (None, "")


def test_an_adopted_row_costs_what_its_journal_says(directory):
    request = opening(backend_id=1, estimated_input_tokens=1000, rates=rates())
    journal = Journal.create(directory)
    begun(journal, request, 20)
    journal.abandon()
    adopt_abandoned(directory)
    assert UsageRecord.objects.get(pk=request.request_id).state == "interrupted"
    assert booked(request) == (Decimal("0.0022"), "admin")
