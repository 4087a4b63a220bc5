"""Openings, closings and rows for tests: what does not matter has a value of its own."""

import time
import uuid
from datetime import timedelta

from django.utils import timezone

from accounting.entries import Closing, Entry, Opening, encode
from accounting.models import UsageRecord
from accounting.rollups.due import note_hours
from accounting.slots import TOKENS
from conversion.usage import Usage


def opening(**fields):
    return Opening(**{"request_id": uuid.uuid4(), "started_at": time.time(), **fields})


def closing(output_tokens=5, **fields):
    usage = Usage(input_tokens=10, output_tokens=output_tokens)
    return Closing(**{"state": "closed", "http_status": 200, "usage": usage, "notices": [], "duration": 1.5, **fields})


def entry(of=None, ended=None, output_tokens=0):
    return Entry(1, of or opening(), output_tokens, ended)


def begun(journal, opening, output_tokens=0):
    """The request's slot in the journal."""
    slot = journal.slots.take(encode(opening))
    slot.figures[TOKENS] = output_tokens
    return slot


def ended(opening, closing):
    """What is written to the journal when the request ends."""
    return opening.request_id.bytes, encode(opening).decode(), encode(closing).decode()


def record(ago=timedelta(), **fields):
    """A row, and the note that its hour has to be summed."""
    started_at = timezone.now() - ago
    row = UsageRecord.objects.create(**{"id": uuid.uuid4(), "started_at": started_at, "state": "closed", **fields})
    note_hours([row.started_at])
    return row


def expected_tokens(request_id):
    """What a backend reports for this request."""
    return request_id.int % 1000 + 1
