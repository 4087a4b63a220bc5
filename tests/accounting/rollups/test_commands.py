from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounting.models import RollupDue, Turn, UsageRecord, UsageRollup
from accounting.reports.report import report
from accounting.reports.selection import Selection
from accounting.rollups.upkeep import take_turn, upkeep
from tests.accounting.reports.samples import record

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=10)


def run(*arguments):
    printed = StringIO()
    call_command(*arguments, stdout=printed)
    return printed.getvalue()


def test_what_nobody_noted_is_found_and_summed_anew():
    row = record(LONG_AGO, output_tokens=5)
    run("rebuild_rollups")
    UsageRecord.objects.filter(pk=row.pk).update(output_tokens=7)
    with pytest.raises(CommandError, match="differ from their rows"):
        run("rebuild_rollups", "--check")
    run("rebuild_rollups")
    assert "equal their rows" in run("rebuild_rollups", "--check")
    assert report(Selection(), "day").total.output_tokens == 7


def test_a_check_says_what_is_wrong():
    record(LONG_AGO, output_tokens=5)
    run("rebuild_rollups")
    UsageRollup.objects.filter(unit="day").update(output_tokens=6)
    printed = StringIO()
    with pytest.raises(CommandError):
        call_command("rebuild_rollups", "--check", stdout=printed)
    assert "output_tokens" in printed.getvalue()
    assert "is 6, should be 5" in printed.getvalue()


def test_old_rows_are_removed_and_stay_in_the_reports():
    record(LONG_AGO, output_tokens=5)
    record(output_tokens=7)
    assert run("prune_usage", "--days", "5", "--dry-run").startswith("1 rows")
    assert UsageRecord.objects.count() == 2
    assert run("prune_usage", "--days", "5").startswith("1 rows")
    assert UsageRecord.objects.count() == 1
    run("rebuild_rollups")
    assert report(Selection(), "day").total.output_tokens == 12
    assert "equal their rows" in run("rebuild_rollups", "--check")


def test_a_request_that_still_runs_is_not_removed():
    record(LONG_AGO, state="open")
    run("prune_usage", "--days", "5")
    assert UsageRecord.objects.count() == 1


def test_nothing_is_removed_unless_it_is_said():
    with pytest.raises(CommandError, match="how many days"):
        run("prune_usage")


def test_the_service_sums_up_and_removes_by_itself(settings):
    settings.USAGE_RETENTION_DAYS = 5
    record(LONG_AGO, output_tokens=5)
    record(timedelta(days=2), output_tokens=7)
    upkeep()
    assert UsageRecord.objects.count() == 1
    assert report(Selection(), "day").total.output_tokens == 12


def test_rows_of_the_running_hour_are_read_themselves():
    record(output_tokens=7)
    upkeep()
    assert RollupDue.objects.filter(unit="hour").count() == 1
    assert report(Selection(), "day").total.output_tokens == 7


def test_one_process_has_the_turn():
    assert [take_turn("sums"), take_turn("sums")] == [True, False]
    Turn.objects.update(until=timezone.now())
    assert take_turn("sums")
