"""The clock of a running scheduler and worker goes ahead by two days, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services.insight.audit import audit
from schedules.services.ledger.ahead import ledger_ahead
from tests.integration.processes import Manage, manage, wait_until
from tests.integration.wrong_clock import WrongClock
from tests.schedules.conftest import MakeSchedule

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]
DAY = timedelta(days=1)


@pytest.fixture
def wrong_clock(tmp_path: Path) -> WrongClock:
    return WrongClock(tmp_path / "clock")


@pytest.fixture
def scheduler(
    child_env: dict[str, str], tmp_path: Path, wrong_clock: WrongClock
) -> Iterator[Manage]:
    env = wrong_clock.env(child_env)
    with (
        manage(env, tmp_path, "rqscheduler") as process,
        manage(env, tmp_path, "rqworker", "workflows"),
    ):
        yield process


def ran(after: datetime, before: datetime) -> bool:
    runs = ScheduledRun.objects.filter(status="succeeded")
    return runs.filter(scheduled_for__gt=after, scheduled_for__lt=before).exists()


def test_two_days_ahead_for_some_seconds_and_all_fires_again(
    scheduler: Manage, wrong_clock: WrongClock, make_schedule: MakeSchedule
) -> None:
    now = timezone.now()
    for catchup in ("latest", "all", "none"):
        make_schedule(now, interval_seconds=1, catchup_policy=catchup, name=catchup)
    make_schedule(now, cron_expression="* * * * *", overlap_policy="allow")
    once = make_schedule(now, run_at=now + DAY)
    ended = make_schedule(now, interval_seconds=3600, max_runs=9)
    wait_until(lambda: ran(now, now + DAY))

    wrong_clock.set(2 * 86_400)
    # A sweep that compares the clocks may be the first to notice; the jump itself is noticed
    # by the next round, and only if the clock has not gone back by then.
    wait_until(lambda: "clock_jumped" in scheduler.log.read_text())
    if connection.vendor == "sqlite":
        wait_until(lambda: ran(now + DAY, now + 3 * DAY))
        ahead = ledger_ahead(timezone.now())
        assert ahead
        assert ahead > DAY
    else:
        # Database and Redis know better.
        wait_until(lambda: "firing_held" in scheduler.log.read_text())
        assert ledger_ahead(timezone.now()) is None

    back = timezone.now()
    wrong_clock.set(0)
    wait_until(lambda: ran(back, back + timedelta(seconds=30)), seconds=30)
    wait_until(lambda: ledger_ahead(timezone.now()) is None, seconds=30)
    assert ScheduledJob.objects.filter(status="active").count() == 6
    for schedule in (once, ended):
        schedule.refresh_from_db()
        assert schedule.next_run_at
        assert schedule.next_run_at <= now + DAY
    assert [account.problems for account in audit() if not account.is_balanced] == []
    rows = Counter(ScheduledRun.objects.values_list("schedule_id", "scheduled_for"))
    assert max(rows.values()) == 1
