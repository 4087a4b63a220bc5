"""Time the pages of reports over the rows of `tests.accounting.fill`, each as an admin's browser asks for it.

    DATABASE_URL=… python -m tests.accounting.time_reports [--period all] [--most 1000]

It prints milliseconds, the best of three; its exit status is 1 if a page took longer than `--most`.
"""
# ruff: noqa: E402 - Django is set up before its models are imported

import argparse
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proxysite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounting.models import SessionRollup, UsageRecord, UsageRollup
from accounting.reports.asked import PERIODS
from accounting.reports.groupings import FILTERS, GROUPINGS

NAME = "time-reports"
TIMES = 3


def pages(period):
    """Each grouping of everything, and what a click on a line leads to: the same of one member, one session …"""
    for by in GROUPINGS:
        yield f"by {by}", {"by": by, "period": period}
    row = UsageRecord.objects.exclude(agent_id="").exclude(cost=None).order_by("-started_at").values().first()
    for name, grouping in FILTERS.items():
        if row is not None and row[grouping.column]:
            yield f"of one {name}", {"by": grouping.follow, "period": period, name: str(row[grouping.column])}


def milliseconds(client, address, query):
    best = float("inf")
    for _ in range(TIMES):
        started = time.perf_counter()
        response = client.get(address, query, headers={"host": "127.0.0.1"})
        best = min(best, (time.perf_counter() - started) * 1000)
        assert response.status_code == 200, response.status_code
    return best


def measure(period, most):
    """How many pages took longer."""
    client = Client()
    client.force_login(User.objects.create_superuser(NAME))
    address = reverse("admin:accounting_usagerecord_report")
    counts = [f"{model.objects.count():,}" for model in (UsageRecord, UsageRollup, SessionRollup)]
    print("{} rows, {} sums, {} of sessions".format(*counts))
    slow = 0
    for name, query in pages(period):
        taken = milliseconds(client, address, query)
        slow += taken > most
        print(f"{taken:7.0f} ms  {name}", flush=True)
    return slow


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--period", choices=PERIODS, default="all")
    parser.add_argument("--most", type=float, default=1000.0)
    asked = parser.parse_args()
    with transaction.atomic():  # its user is gone afterwards
        slow = measure(asked.period, asked.most)
        transaction.set_rollback(True)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
