from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounting.models import RollupDue, Turn, UsageRecord, UsageRollup
from accounting.models.rollups import Unit
from accounting.reports.report import report
from accounting.reports.selection import Selection
from accounting.rollups import due
from accounting.rollups.slots import day_of
from accounting.rollups.upkeep import EVERY, upkeep
from accounting.turns import take_turn
from tests.accounting.samples import record

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


@pytest.mark.parametrize("arguments", [(), ("--days", "0"), ("--days", "-1"), ("--days", "1000000")])
def test_nothing_is_removed_unless_it_is_said(arguments):
    with pytest.raises(CommandError, match="how many days"):
        run("prune_usage", *arguments)


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


def test_what_was_used_on_several_days_is_ranked_by_all_of_it():
    """Days are read in one part, hours of a day that is due in another."""
    for ago, session, tokens in ((9, "both", 3), (9, "one", 5), (4, "both", 3)):
        record(timedelta(days=ago), session_id=session, output_tokens=tokens)
    run("rebuild_rollups")
    due.note(Unit.DAY, [day_of(timezone.now() - timedelta(days=4)).start])
    (line,) = report(Selection(), "session", limit=1).lines
    assert (line.key, line.figures.output_tokens) == ("both", 6)


def test_one_process_has_the_turn():
    assert [take_turn("sums", EVERY), take_turn("sums", EVERY)] == [True, False]
    Turn.objects.update(until=timezone.now())
    assert take_turn("sums", EVERY)
