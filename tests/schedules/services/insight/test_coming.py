from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schedules.models import ScheduledJob
from schedules.services.insight.coming import (
    ClockChange,
    ComingRun,
    coming,
    one_wall_time,
)
from tests.schedules.conftest import NOON, MakeSchedule

MARCH = datetime(2027, 3, 26, 12, tzinfo=UTC)  # a Friday; clocks change on Sunday
OCTOBER = datetime(2027, 10, 29, 12, tzinfo=UTC)


@pytest.fixture
def nightly(make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(cron_expression="30 2 * * *", timezone="Europe/Berlin")


def change_in(schedule: ScheduledJob, now: datetime) -> ClockChange:
    rows = coming(schedule, count=5, now=now)
    [change] = [row for row in rows if isinstance(row, ClockChange)]
    return change


def test_a_run_whose_time_the_clock_skips_comes_after_the_change(
    nightly: ScheduledJob,
) -> None:
    rows = coming(nightly, count=3, now=MARCH)
    saturday, change, sunday, monday = rows
    assert isinstance(change, ClockChange)
    assert change.is_forward
    assert (change.old.hour, change.old_name) == (2, "CET")
    assert (change.new.hour, change.new_name) == (3, "CEST")
    assert change.effect == "moved"
    assert change.wall == datetime(2027, 3, 28, 2, 30)  # noqa: DTZ001 a wall time
    assert isinstance(sunday, ComingRun)
    assert sunday.instead_of == change.wall
    assert sunday.tick.local.hour == 3
    for row in (saturday, monday):
        assert isinstance(row, ComingRun)
        assert row.instead_of is None
        assert row.tick.local.hour == 2


def test_an_hour_that_is_repeated_is_marked_after_its_run(
    nightly: ScheduledJob,
) -> None:
    change = change_in(nightly, OCTOBER)
    assert not change.is_forward
    assert (change.old_name, change.new_name) == ("CEST", "CET")
    assert change.effect == "repeated"
    assert change.wall == datetime(2027, 10, 31, 2, 30)  # noqa: DTZ001 a wall time


def test_the_repeated_hour_of_the_last_run_is_marked_too(nightly: ScheduledJob) -> None:
    rows = coming(nightly, count=2, now=OCTOBER)
    assert isinstance(rows[-1], ClockChange)
    assert rows[-1].effect == "repeated"


def test_other_times_of_day_stay_the_same(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(cron_expression="0 7 * * *", timezone="Europe/London")
    assert change_in(schedule, MARCH).effect == "same_time"
    wall = one_wall_time(coming(schedule, count=5, now=MARCH))
    assert wall is not None
    assert (wall.hour, wall.minute) == (7, 0)


def test_the_runs_of_an_interval_keep_their_distance(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(interval_seconds=86_400, timezone="Europe/Berlin")
    assert change_in(schedule, MARCH).effect == "same_distance"
    assert one_wall_time(coming(schedule, count=5, now=MARCH)) is None


def test_a_change_long_before_a_run_is_left_out(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(cron_expression="0 7 1 7 *", timezone="Europe/Berlin")
    rows = coming(schedule, count=5, now=MARCH)
    assert len(rows) == 5
    assert all(isinstance(row, ComingRun) for row in rows)


def test_a_schedule_without_times_has_no_coming_runs(
    make_schedule: MakeSchedule,
) -> None:
    assert coming(make_schedule(schedule_type="manual"), count=5, now=NOON) == []
    once = make_schedule(run_at=NOON + timedelta(days=1))
    assert len(coming(once, count=5, now=NOON)) == 1
