"""What a row of the list says, at a time that is chosen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from schedules.admin.list import cells
from schedules.admin.list.rows import Row, rows_of
from schedules.models import RunStatus, ScheduledJob
from schedules.services import Actor, pause_schedule
from tests.schedules.admin.list.runs import write_run
from tests.schedules.conftest import NOON, MakeSchedule

MINUTE = timedelta(minutes=1)


def row(schedule: ScheduledJob, now: datetime = NOON, zone: str = "UTC") -> Row:
    schedule.refresh_from_db()
    return rows_of([schedule], now, zone)[schedule.pk]


def text(html: str) -> list[str]:
    """The lines of a cell, as people read them."""
    return [part.strip() for part in re.split(r"<[^>]*>", html) if part.strip()]


def test_a_coming_run_is_told_by_how_far_away_it_is_and_by_the_time_in_the_users_zone(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(cron_expression="0 15 * * *", timezone="UTC")
    assert text(cells.next_run(row(schedule))) == ["in 3 h", "15:00"]
    assert text(cells.next_run(row(schedule, zone="Asia/Kathmandu"))) == [
        "in 3 h",
        "20:45",
    ]
    assert 'title="2026-11-23 15:00:00 UTC"' in cells.next_run(row(schedule))


def test_a_run_of_another_day_is_told_by_its_date(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(cron_expression="0 6 1 * *", timezone="UTC")
    assert text(cells.next_run(row(schedule))) == ["Tue 1 Dec", "06:00"]


def test_a_run_whose_wall_time_the_clock_skips_is_marked(
    make_schedule: MakeSchedule,
) -> None:
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    schedule = make_schedule(
        now=before, cron_expression="30 2 * * *", timezone="Europe/Berlin"
    )
    shown = cells.next_run(row(schedule, before, "Europe/Berlin"))
    assert text(shown) == ["in 13 h", "Sun 03:00", "moved from 02:30"]
    later = before + timedelta(days=2)
    ScheduledJob.objects.update(next_tick_at=later, next_run_at=later)
    assert "moved" not in cells.next_run(row(schedule, before))


def test_an_overdue_run_is_told_by_when_it_was_due(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(interval_seconds=3600)
    due = row(schedule, NOON + timedelta(hours=1, seconds=8))
    assert text(cells.next_run(due)) == ["due now", "13:00"]
    late = row(schedule, NOON + timedelta(hours=1, seconds=38))
    assert text(cells.state(late)) == ["Overdue by 38 s"]
    assert text(cells.next_run(late)) == ["due 13:00", "38 s ago, not started"]


def test_a_paused_schedule_says_who_why_and_since_when(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    actor = Actor.person(alice)
    pause_schedule(schedule.pk, actor=actor, now=NOON, note="new template")
    shown = row(schedule, NOON + timedelta(days=2))
    assert text(cells.state(shown)) == ["Paused", "alice: new template"]
    assert text(cells.next_run(shown)) == ["\N{EN DASH}", "since Mon 12:00"]


def test_one_that_paused_itself_says_so(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    pause_schedule(schedule.pk, actor=Actor.system(), now=NOON, note="5 runs failed")
    assert text(cells.state(row(schedule))) == ["Paused", "by itself: 5 runs failed"]


def test_a_proposal_says_when_it_would_run_first(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(
        cron_expression="0 6 * * mon", timezone="UTC", status="paused"
    )
    ScheduledJob.objects.update(
        awaits_approval=True, created_by_kind="agent", reason_code="proposal"
    )
    shown = row(schedule)
    assert text(cells.state(shown)) == ["Needs approval"]
    assert text(cells.next_run(shown)) == ["after approval", "first: Mon 30 Nov"]
    assert "by an agent" in text(cells.name(shown, "x/"))


def test_a_schedule_without_times_runs_on_request(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(schedule_type="manual", interval_seconds=None)
    assert text(cells.next_run(row(schedule))) == ["on request"]


def test_the_last_outcome_is_that_of_the_newest_row_of_the_ledger(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    now = NOON + timedelta(minutes=4)
    assert text(cells.last_runs(row(schedule)))[-1] == "none yet"
    newest = write_run(schedule, 2, RunStatus.FAILED)
    write_run(schedule, 1, RunStatus.SUCCEEDED)
    shown = cells.last_runs(row(schedule, now))
    assert text(shown) == [
        "Last 2 runs: 1 succeeded, 1 failed.",
        "Failed",
        "1 min ago",
    ]
    assert shown.count(f'href="{cells.address_of(newest.pk)}"') == 2


@pytest.mark.parametrize(
    ("later", "when"),
    [
        (timedelta(seconds=30), "18 s ago"),
        (timedelta(hours=3), "12:00"),
        (timedelta(days=2), "Mon 12:00"),
        (timedelta(days=30), "Mon 23 Nov"),
    ],
)
def test_the_longer_ago_a_run_was_the_rougher_its_time(
    make_schedule: MakeSchedule, later: timedelta, when: str
) -> None:
    schedule = make_schedule()
    write_run(schedule, 0, RunStatus.SUCCEEDED)
    assert text(cells.last_runs(row(schedule, NOON + later)))[-1] == when
