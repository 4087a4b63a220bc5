"""Rows as the copier of the journals writes them: with the note that the sums of their hour are due."""

from datetime import timedelta

from accounting.rollups.due import note_hours
from tests.accounting import samples


def record(ago=timedelta(), **fields):
    row = samples.record(ago, **fields)
    note_hours([row.started_at])
    return row
